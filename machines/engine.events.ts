/** What the engine machine hears, says and knows. */
import type { Budget, Used, WorkspaceLimits } from '../src/contract/budget.ts';
import type { Recorded } from '../src/contract/records.ts';
import type { ChatInput } from './chat.events.ts';

export type NewChat = Omit<ChatInput, 'mayStart' | 'spent'>;

export type EngineCommand =
  | { type: 'chat.create'; input: NewChat }
  | { type: 'chats.restore'; inputs: readonly NewChat[] }
  | { type: 'storage.low' }
  | { type: 'storage.recovered' }
  | { type: 'budget.set'; budget: Budget | null }
  /** To what is named of it; left out: by the same amount again. */
  | { type: 'budget.raise'; to: Budget | undefined }
  | ({ type: 'workspace.used' } & WorkspaceUse)
  | { type: 'restartWindow.elapsed'; chatId: string }
  | { type: 'engine.drain' }
  | { type: 'engine.handOver' }
  /** Once turns have ended and everything is copied; given up after the limit. */
  | { type: 'engine.move'; limitMs: number }
  | { type: 'engine.fence' }
  | { type: 'mirror.begin' }
  | { type: 'archive.begin' }
  | { type: `xstate.done.actor.${string}`; actorId: string }
  | { type: `xstate.error.actor.${string}`; actorId: string; error: unknown };

/** An actor failed: it was started again, or a chat is to be; or (`isGivenUp`) it is left alone. Not for the journal. */
export type Crash = { isGivenUp: boolean; error: unknown } & (
  { type: 'chat.crashed'; chatId: string } | { type: 'actor.crashed'; actorId: string }
);
export type ActorCrashed = Extract<Crash, { type: 'actor.crashed' }>;

/** What the workspace may use and has used, as last told, and when that was. */
export interface WorkspaceUse {
  limits: WorkspaceLimits;
  used: Used;
  at: string;
}

export type EngineEmitted = Crash | Recorded<'budget.changed'>;

export interface EngineContext {
  chatIds: string[];
  /** Crashes within the last `restartWindow`, by actor. */
  crashes: Record<string, number>;
  use: WorkspaceUse;
  /** How long giving the workspace to another machine may take. */
  moveLimitMs: number;
}
