import type {
  ActorStep,
  ActorView,
  EngineClient,
  EngineEvent,
  HooksStatus,
  NewMessage,
  Repo,
  WorkspaceState,
} from '../../client/client.ts';
import type { Conversation } from './conversation/conversation.ts';
import type { Connection, HookLine } from './feed/news.ts';
import { rememberedView, type View } from './remembered.ts';
import { Ring } from './ring.ts';
import type { Store } from './store.ts';

export type Pane = 'actors' | 'chart' | 'details' | 'dock';
export type DockTab = 'chats' | 'files' | 'hooks' | 'repositories' | 'credentials';

export interface NumberedStep extends ActorStep {
  number: number;
}

/** What is being written. */
export interface Written {
  text: string;
  /** Each from when it is added, which is before it is read. */
  images: readonly Promise<Image>[];
  /** For this message and those to come. */
  settings: MessageSettings;
}

/** What is being written to a chat, and what is on its way there. */
export interface Draft extends Written {
  /** In the order in which they were written: one is sent when the one before it was taken. */
  sending: readonly Message[];
  /** The message that was not taken, whose text is the draft again: sent as it is, it keeps its id and counts once. */
  failed: Message | null;
  /** What was sent behind it, and follows it when it is sent again. */
  held: readonly Message[];
  /** What was being written meanwhile, one after the other: the first is the draft again once these are on their way. */
  later: readonly Written[];
  trouble: string | null;
}

export interface Message extends Written {
  messageId: string;
  /** It is said into the running turn. */
  isSteered: boolean;
}

export type Image = NonNullable<NewMessage['images']>[number];
export type MessageSettings = Pick<
  NewMessage,
  'model' | 'thinkingLevel' | 'planMode' | 'goalMode' | 'fastMode'
>;

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
  /** The step behind which the chart of its actor is shown; null for how it stands now. */
  moment: NumberedStep | null;
  steps: Ring<NumberedStep>;
  events: Ring<EngineEvent>;
  hooks: HooksStatus | null;
  hookLines: Ring<HookLine>;
  /** With their diffs. */
  repos: readonly Repo[] | null;
  /** Changes when plans, canvas or previews do. */
  filesVersion: number;
  chatId: string | null;
  conversation: Conversation | null;
  /** An event of a history that is to be shown. */
  target: { chatId: string; eventIndex: number } | null;
  /** Up to when each chat was looked at, in ISO time. */
  seen: ReadonlyMap<string, string>;
  /** What is being written to each chat. */
  drafts: ReadonlyMap<string, Draft>;
  dockTab: DockTab;
  view: View;
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
    moment: null,
    steps: new Ring(2_000),
    events: new Ring(300),
    hooks: null,
    hookLines: new Ring(1000),
    repos: null,
    filesVersion: 0,
    chatId: null,
    conversation: null,
    target: null,
    seen: new Map(),
    drafts: new Map(),
    dockTab: 'chats',
    view: rememberedView(),
    pane: 'dock',
  };
}
