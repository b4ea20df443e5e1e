import type { z } from 'zod';
import type { Budget } from '../contract/budget.ts';
import { ActorFrameSchema, ActorListSchema, type ActorFrame, type ActorView } from '../contract/actors.ts';
import {
  CanvasItemSchema,
  CanvasListSchema,
  type CanvasItem,
  type CanvasItemSummary,
} from '../contract/canvas.ts';
import {
  HookTestEventSchema,
  HooksStatusSchema,
  RunHooksResponseSchema,
  type HookKind,
  type HookTestEvent,
  type HooksStatus,
} from '../contract/hooks.ts';
import { PlanListSchema, PlanSchema, type Plan, type PlanSummary } from '../contract/plans.ts';
import { PreviewListSchema, type Preview } from '../contract/previews.ts';
import {
  RefreshAcceptedSchema,
  TokenRefreshHealthSchema,
  type CredentialProvider,
  type TokenRefreshHealth,
} from '../contract/credentials.ts';
import { WorkspaceEnvironmentSchema, type WorkspaceEnvironment } from '../contract/environment.ts';
import { FileNamesSchema, type FileNames } from '../contract/file-names.ts';
import { RepoListSchema } from '../contract/repos.ts';
import { UsageResponseSchema, type UsageResponse } from '../contract/usage.ts';
import {
  HandOverSchema,
  HealthSchema,
  StatusSchema,
  type HandOver,
  type Health,
} from '../contract/status.ts';
import { ChatCalls } from './chat-calls.ts';
import { closable } from './closable.ts';
import type { Frame } from './frames.ts';
import { readFrames, readFramesForEver, type OnConnection } from './read-frames.ts';
import { parse, pathSegment, type Call, type CallOptions, type Transport } from './transport.ts';

export type Status = z.infer<typeof StatusSchema>;
type HandOverOptions = CallOptions & { limitSeconds?: number | undefined };
export type RepoList = z.infer<typeof RepoListSchema>;

/** The routes of the engine, one call each. Each rejects with an `EngineClientError`. */
export class EngineCalls {
  readonly actors: ActorCalls;
  readonly chats: ChatCalls;
  readonly hooks: HookCalls;
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.actors = new ActorCalls(transport);
    this.chats = new ChatCalls(transport);
    this.hooks = new HookCalls(transport);
  }

  /** Answers without the secret. */
  health(options: CallOptions = {}): Promise<Health> {
    return this.#transport.get('/health', { schema: HealthSchema, ...options });
  }

  status(options: CallOptions = {}): Promise<Status> {
    return this.#transport.get('/status', { schema: StatusSchema, ...options });
  }

  usage(options: CallOptions = {}): Promise<UsageResponse> {
    return this.#transport.get('/usage', { schema: UsageResponseSchema, ...options });
  }

  /** What all chats together may use; null: there is no such limit. */
  setBudget(budget: Budget | null, options: CallOptions = {}): Promise<UsageResponse> {
    const call = { body: { budget }, schema: UsageResponseSchema, ...options };
    return this.#transport.again('PATCH', '/usage', call);
  }

  /** Gives the workspace to another machine, and resolves when an engine may start there. The one that was asked ends. */
  async handOver({ limitSeconds, signal }: HandOverOptions = {}): Promise<HandOver> {
    const call = { query: { handOver: true, limitSeconds }, schema: HandOverSchema, signal };
    const answer = await this.#transport.once('POST', '/drain', call);
    return answer.state === 'handedOver' ? answer : this.handOver({ limitSeconds, signal });
  }

  repos({ includeDiffs, signal }: CallOptions & { includeDiffs?: boolean } = {}): Promise<RepoList> {
    return this.#transport.get('/repos', { query: { includeDiffs }, schema: RepoListSchema, signal });
  }

  /** Finds files of the repositories by letters of their paths. */
  files(q: string, { limit, signal }: CallOptions & { limit?: number } = {}): Promise<FileNames> {
    return this.#transport.get('/files', { query: { q, limit }, schema: FileNamesSchema, signal });
  }

  /** How the logins of agents and tools are. */
  credentials(options: CallOptions = {}): Promise<TokenRefreshHealth> {
    return this.#transport.get('/token-refresh/health', { schema: TokenRefreshHealthSchema, ...options });
  }

  /** Asks the control plane for a new one now. Resolves when that has begun. */
  async refreshCredential(provider: CredentialProvider, options: CallOptions = {}): Promise<void> {
    const call = { schema: RefreshAcceptedSchema, ...options };
    await this.#transport.again('POST', `/token-refresh/${provider}`, call);
  }

  async plans(options: CallOptions = {}): Promise<PlanSummary[]> {
    return (await this.#transport.get('/plans', { schema: PlanListSchema, ...options })).plans;
  }

  async plan(filename: string, options: CallOptions = {}): Promise<Plan> {
    return this.#transport.get(`/plans/${pathSegment(filename)}`, { schema: PlanSchema, ...options });
  }

  async canvas(options: CallOptions = {}): Promise<CanvasItemSummary[]> {
    return (await this.#transport.get('/canvas', { schema: CanvasListSchema, ...options })).items;
  }

  async canvasItem(filename: string, options: CallOptions = {}): Promise<CanvasItem> {
    const path = `/canvas/${pathSegment(filename)}`;
    return this.#transport.get(path, { schema: CanvasItemSchema, ...options });
  }

  async previews(options: CallOptions = {}): Promise<Preview[]> {
    return (await this.#transport.get('/previews', { schema: PreviewListSchema, ...options })).previews;
  }

  environment(options: CallOptions = {}): Promise<WorkspaceEnvironment> {
    return this.#transport.get('/environment', { schema: WorkspaceEnvironmentSchema, ...options });
  }

  /** Any route, with a schema of the caller's. */
  call<Schema extends z.ZodType>(call: Call<Schema>): Promise<z.output<Schema>> {
    return this.#transport.call(call);
  }
}

export interface TestHookOptions extends CallOptions {
  script: string;
  /** The repository it runs in; the home when left out. */
  repo?: string | undefined;
  timeoutMs?: number | undefined;
}

export interface HookLogOptions extends CallOptions {
  repo?: string;
}

/** Everything about the hooks of repositories. Each call rejects with an `EngineClientError`. */
export class HookCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  status({ signal }: CallOptions = {}): Promise<HooksStatus> {
    return this.#transport.get('/hooks/status', { schema: HooksStatusSchema, signal });
  }

  /** Starts the hooks of all repositories, or of one; returns the id of the run. */
  async run({ repo, kind, signal }: CallOptions & { repo?: string; kind?: HookKind } = {}): Promise<string> {
    const call = { query: { repo, type: kind }, schema: RunHooksResponseSchema, signal };
    return (await this.#transport.once('POST', '/hooks/run', call)).runId;
  }

  /** Everything that hooks printed. */
  async log({ repo, signal }: HookLogOptions = {}): Promise<string> {
    return this.#transport.text('/hooks/logs', { query: { repo }, signal });
  }

  /** The end of what hooks printed, then each line that is added, until the connection ends. */
  followLog({ repo, signal }: HookLogOptions = {}): AsyncGenerator<string> {
    const request = { path: '/hooks/logs', query: { repo, follow: true } };
    return iterate(
      signal,
      (closing) => readFrames(this.#transport, { ...request, signal: closing }),
      ({ type, data }) => (type === 'line' ? [data] : []),
    );
  }

  /** Runs a script as a hook would run, as long as this is iterated; the last event tells how it ended. */
  test({ signal, ...body }: TestHookOptions): AsyncGenerator<HookTestEvent> {
    const request = { method: 'POST', path: '/hooks/test', body } as const;
    const shape = { schema: HookTestEventSchema, what: 'An event of POST /hooks/test' };
    return iterate(
      signal,
      (closing) => readFrames(this.#transport, { ...request, signal: closing }),
      ({ data }) => (data === '' ? [] : [parse(data, shape)]),
    );
  }
}

/** What the frames of a stream say, one after the other; an iteration that can be closed. */
function iterate<Value>(
  signal: AbortSignal | undefined,
  open: (closing: AbortSignal) => AsyncGenerator<Frame[]>,
  toValues: (frame: Frame) => Value[],
): AsyncGenerator<Value> {
  return closable(signal, async function* (closing) {
    for await (const frames of open(closing)) for (const frame of frames) yield* toValues(frame);
  });
}

/** A frame of the actors: at first, and after each break, a `snapshot` of all of them, then what changed. */
export interface ActorNews extends ActorFrame {
  isSnapshot: boolean;
}

export interface FollowActorsOptions extends CallOptions {
  onConnection?: OnConnection | undefined;
}

/** The state machines of an engine, at rest and at work. Each call rejects with an `EngineClientError`. */
export class ActorCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** The actors that run, parents before their children. */
  async list({ signal }: CallOptions = {}): Promise<ActorView[]> {
    return (await this.#transport.get('/actors', { schema: ActorListSchema, signal })).actors;
  }

  /** The statechart of a machine, drawn: SVG as text. */
  async drawing(machine: string, { signal }: CallOptions = {}): Promise<string> {
    const path = `/machines/${pathSegment(machine)}`;
    return this.#transport.text(path, { query: { format: 'svg' }, signal });
  }

  /** The actors as they move, for ever. Nothing of it is stored: what happens while the stream is broken is not told. */
  follow({ signal, onConnection }: FollowActorsOptions = {}): AsyncGenerator<ActorNews> {
    const request = { path: '/actors', query: { follow: true } };
    return iterate(
      signal,
      (closing) => readFramesForEver(this.#transport, () => ({ ...request, signal: closing }), onConnection),
      ({ type, data }) => (data === '' ? [] : [toActorNews(type, data)]),
    );
  }
}

export function toActorNews(type: string | undefined, data: string): ActorNews {
  const frame = parse(data, { schema: ActorFrameSchema, what: 'A frame of the actors' });
  return { ...frame, isSnapshot: type === 'snapshot' };
}
