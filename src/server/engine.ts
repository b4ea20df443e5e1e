import type { z } from 'zod';
import type { ChatCommands } from '../chats/chats.ts';
import type { Messages } from '../chats/messages.ts';
import type { ChatOffers } from '../chats/offers.ts';
import type { Tasks } from '../chats/tasks.ts';
import type { Budget } from '../contract/budget.ts';
import type { CanvasItem, CanvasItemSummary } from '../contract/canvas.ts';
import type { CredentialHealth, CredentialProvider, TokenRefreshHealth } from '../contract/credentials.ts';
import type { WorkspaceEnvironment } from '../contract/environment.ts';
import type { FileNames, FileQuery } from '../contract/file-names.ts';
import type { Plan, PlanSummary } from '../contract/plans.ts';
import type { Preview } from '../contract/previews.ts';
import type { Repo } from '../contract/repos.ts';
import type { HandOver, Health, StatusSchema } from '../contract/status.ts';
import type { UsageResponse } from '../contract/usage.ts';
import type { HookCommands } from '../hooks/commands.ts';
import type { ActorEvents } from '../inspector/actor-events.ts';
import type { ActorWatch } from '../inspector/actor-watch.ts';
import type { InspectorPage } from '../inspector/inspector-page.ts';
import type { MachineCatalogue } from '../inspector/charts/catalogue.ts';
import type { Hub } from '../journal/hub.ts';
import type { MetricsPage } from '../metrics/metrics.ts';

/** What others may ask of a thing, whoever answers. */
type Asked<Thing> = Pick<Thing, keyof Thing>;

/** What the server asks of the engine. Every promise is answered after the commit of what it reports. */
export interface Engine {
  readonly version: string;
  readonly chats: Asked<ChatCommands>;
  readonly messages: Asked<Messages>;
  readonly tasks: Pick<Tasks, 'list' | 'stop'>;
  readonly offers: Asked<ChatOffers>;
  readonly hooks: Asked<HookCommands>;
  readonly events: Pick<Hub, 'open'>;
  readonly repos: {
    list(options: { includeDiffs: boolean }): Promise<{ repos: Repo[]; lastEventId: string }>;
  };
  readonly files: { find(query: FileQuery): Promise<FileNames> };
  readonly plans: { list(): Promise<PlanSummary[]>; get(filename: string): Promise<Plan> };
  readonly canvas: { list(): Promise<CanvasItemSummary[]>; get(filename: string): Promise<CanvasItem> };
  readonly previews: { list(): Promise<Preview[]> };
  readonly machines: Asked<MachineCatalogue>;
  readonly actors: Pick<ActorWatch, 'list' | 'follow'> & {
    /** Where machines may be tried out by hand. */
    readonly events?: Asked<ActorEvents> | undefined;
  };
  readonly credentials: {
    health(): TokenRefreshHealth;
    /** Asks for a refresh; answers how the credential stands then. */
    refresh(provider: CredentialProvider): Promise<CredentialHealth & { provider: CredentialProvider }>;
  };
  readonly metrics: { read(): Promise<MetricsPage> };
  readonly inspector: Asked<InspectorPage>;
  environment(): Promise<WorkspaceEnvironment>;
  usage(): Promise<UsageResponse>;
  /** What all chats together may use; null: there is no such limit. */
  setBudget(budget: Budget | null): Promise<UsageResponse>;
  health(): Health;
  status(): Promise<z.infer<typeof StatusSchema>>;
  /** Answered when another machine may go on, or after a while with how far it is; asked again, it is the same one. */
  move(options: { limitMs: number }): Promise<HandOver>;
}

export interface RunningEngine extends Engine {
  /** Ends running turns as `interrupted`, leaves no process behind, closes every file. */
  stop(): Promise<void>;
  /** Lets go at once: agents stay and the next engine attaches to them. */
  handOver(): Promise<void>;
  /** Resolves when the workspace was handed over to another machine: it is to be stopped. */
  readonly moved: Promise<void>;
  /** Rejects when the engine cannot go on, for example because its log cannot be synced. */
  readonly failed: Promise<never>;
}
