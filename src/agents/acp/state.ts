/** What is known of one ACP agent from the frames it printed. Plain data, changed only by `translate`. */
import type { Failure } from '../../contract/chats.ts';
import type { Offers } from '../inquiry.ts';
import type { FrameOf } from '../json-rpc.ts';
import { NO_OPTIONS, planModeOf, type OptionName, type Options } from './options.ts';
import type { Block } from './protocol.ts';

/** Under these ids a process is greeted, its session opened and somebody asked whether it is there, whoever reads its output later. */
export const INITIALIZE_ID = 'initialize';
export const OPEN_ID = 'session';
export const PING_ID = 'ping';

export interface OpenTool {
  id: string;
  /** Clock time in milliseconds. */
  openedAt: number;
}

export interface Speech {
  kind: string;
  sessionId: string;
  messageId: string | null;
  content: readonly Block[];
}

export interface TurnProgress {
  turnId: string;
  prompt: readonly Block[];
  /** It was told that the user said this. */
  isAnnounced: boolean;
}

export interface Capabilities {
  image: boolean;
  load: boolean;
  resume: boolean;
}

export type Opening =
  /** The greeting was not answered yet. */
  | { kind: 'greeting' }
  | { kind: 'greeted' }
  | { kind: 'resuming' }
  | { kind: 'beginning' }
  | { kind: 'open' }
  /** Nothing can be opened in this process. */
  | { kind: 'refused'; failure: Failure };

/** A setting that was asked for, and the answer to it once there is one. */
export interface Setting {
  id: string;
  name: OptionName;
  wanted: string;
  refusal: Failure | null;
}

export interface AcpState {
  provider: string;
  sessionId: string | null;
  opening: Opening;
  /** The session that is to be resumed, once the agent was greeted. */
  resumes: string | null;
  /** The session began in this process, and no message was given to it. */
  isNew: boolean;
  /** What the agent does not know any more, to be told with the next message. */
  notice: string | null;
  /** What was last asked for, and what the agent calls it. An option that is not in here has an unknown value. */
  chosen: Readonly<Partial<Record<OptionName, { wanted: string; current: string }>>>;
  setting: Setting | null;
  capabilities: Capabilities;
  options: Options;
  /** The options as they were when the session was opened. */
  usual: Options;
  turn: TurnProgress | null;
  speech: Speech | null;
  openTools: readonly OpenTool[];
  /** What the agent waits for an answer to. */
  asked: readonly FrameOf<'request'>[];
  /** The session is being loaded: the agent repeats what was said. */
  isReplaying: boolean;
  /** What the session cost so far, in US dollars; null until it is known. */
  costUsd: number | null;
  /** Null until the agent has told them. */
  commands: Offers['commands'] | null;
}

export function freshState(provider: string): AcpState {
  return {
    provider,
    sessionId: null,
    opening: { kind: 'greeting' },
    resumes: null,
    isNew: false,
    notice: null,
    chosen: {},
    setting: null,
    capabilities: { image: false, load: false, resume: false },
    options: NO_OPTIONS,
    usual: NO_OPTIONS,
    turn: null,
    speech: null,
    openTools: [],
    asked: [],
    isReplaying: false,
    costUsd: null,
    commands: null,
  };
}

export function withTurn(
  state: AcpState,
  { turnId, prompt }: Pick<TurnProgress, 'turnId' | 'prompt'>,
): AcpState {
  const turn = { turnId, prompt, isAnnounced: false };
  return { ...state, turn, isNew: false, notice: null, speech: null, openTools: [], asked: [] };
}

/** The agent is not to change anything. */
export function isPlanning({ options }: AcpState): boolean {
  return options.mode !== null && options.mode.current === planModeOf(options);
}
