import type {
  ActorStep,
  ActorView,
  EngineClient,
  EngineEvent,
  HooksStatus,
  Repo,
  WorkspaceState,
} from '../../client/client.ts';
import type { Conversation } from './conversation/conversation.ts';
import type { Draft } from './drafts.ts';
import type { Connection, HookLine } from './feed/news.ts';
import { Ring } from './ring.ts';
import type { Store } from './store.ts';

export type Pane = 'actors' | 'chart' | 'details' | 'dock';
export type DockTab = 'chats' | 'hooks' | 'repositories' | 'credentials';

export interface NumberedStep extends ActorStep {
  number: number;
}

export interface PageState {
  client: EngineClient;
  connection: Connection;
  /** Calls wait for a connection of the browser's: of the stream, of this tab. */
  isStreamStuck: boolean;
  isCallStuck: boolean;
  workspace: WorkspaceState | null;
  actors: ReadonlyMap<string, ActorView>;
  /** The path of the actor that is looked at. */
  selected: string;
  steps: Ring<NumberedStep>;
  events: Ring<EngineEvent>;
  hooks: HooksStatus | null;
  hookLines: Ring<HookLine>;
  /** With their diffs. */
  repos: readonly Repo[] | null;
  chatId: string | null;
  conversation: Conversation | null;
  /** What is being written to each chat. */
  drafts: ReadonlyMap<string, Draft>;
  dockTab: DockTab;
  /** What a phone shows. */
  pane: Pane;
}

export type PageStore = Store<PageState>;

export function initialState(client: EngineClient): PageState {
  return {
    client,
    connection: { state: 'connecting', reason: null },
    isStreamStuck: false,
    isCallStuck: false,
    workspace: null,
    actors: new Map(),
    selected: 'engine',
    steps: new Ring(500),
    events: new Ring(300),
    hooks: null,
    hookLines: new Ring(1000),
    repos: null,
    chatId: null,
    conversation: null,
    drafts: new Map(),
    dockTab: 'chats',
    pane: 'dock',
  };
}
