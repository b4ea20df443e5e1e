/** What is known of one ACP agent from the frames it printed. Plain data, changed only by `translate`. */
import type { Standing } from '../facts.ts';
import { NO_OPTIONS, planModeOf, type Options } from './options.ts';
import type { Block, FrameOf } from './protocol.ts';

/** Under these ids a process is greeted and its session opened, whoever reads its output later. */
export const INITIALIZE_ID = 'initialize';
export const OPEN_ID = 'session';

export interface OpenTool {
  id: string;
  /** Clock time in milliseconds. */
  openedAt: number;
}

/** A message that arrives in chunks. */
export interface Speech {
  kind: string;
  sessionId: string;
  messageId: string | null;
  content: readonly Block[];
}

/** The user's message that the agent works on. */
export interface TurnProgress {
  turnId: string;
  prompt: readonly Block[];
  /** It was told that the user said this. */
  isAnnounced: boolean;
  /** To be told to the user when the turn begins. */
  notice: string | null;
  /** What the session had cost before; null when unknown. */
  costBefore: number | null;
}

export interface Capabilities {
  image: boolean;
  load: boolean;
  resume: boolean;
}

export interface AcpState {
  provider: string;
  sessionId: string | null;
  capabilities: Capabilities;
  options: Options;
  /** The options as they were when the session was opened. */
  usual: Options;
  turn: TurnProgress | null;
  speech: Speech | null;
  openTools: readonly OpenTool[];
  /** What the agent asked, as far as its output tells. */
  asked: readonly FrameOf<'request'>[];
  /** The session is being loaded: the agent repeats what was said. */
  isReplaying: boolean;
  /** What the session cost so far, in US dollars; null until it is known. */
  costUsd: number | null;
}

export function freshState(provider: string): AcpState {
  return {
    provider,
    sessionId: null,
    capabilities: { image: false, load: false, resume: false },
    options: NO_OPTIONS,
    usual: NO_OPTIONS,
    turn: null,
    speech: null,
    openTools: [],
    asked: [],
    isReplaying: false,
    costUsd: null,
  };
}

export function withTurn(
  state: AcpState,
  { turnId, prompt, notice }: Pick<TurnProgress, 'turnId' | 'prompt' | 'notice'>,
): AcpState {
  const turn = { turnId, prompt, notice, isAnnounced: false, costBefore: state.costUsd };
  return { ...state, turn, speech: null, openTools: [], asked: [] };
}

/** Under which id the turn of a message is asked for: the same after a restart. */
export function turnRequestId(turnId: string): string {
  return `turn-${turnId}`;
}

/** The agent is not to change anything. */
export function isPlanning({ options }: AcpState): boolean {
  return options.mode !== null && options.mode.current === planModeOf(options);
}

/** The protocol has no word for an agent that works by itself. */
export function standingOf({ sessionId, openTools, turn }: AcpState): Standing {
  return { sessionId, openTools: openTools.length, selfDirected: turn === null ? false : null };
}
