import { partOf, sayingsOf } from '../agents/say.ts';
import type { SaidPart, Saying } from '../agents/saying.ts';
import type { AgentEvent } from '../contract/agent-event.ts';
import type { ChatSummary } from '../contract/chats.ts';
import type { EngineEvent } from '../contract/events.ts';
import { toolBrief } from '../contract/tool-brief.ts';
import { durationBrief, usageBrief } from '../contract/usage-brief.ts';

export interface Activity {
  /** When the turn started; null when that was before anybody looked. */
  startedAt: string | null;
  doing: string;
  /** The tool that this is, by the `id` of its call. */
  toolId?: string;
}

const UNKNOWN: Activity = { startedAt: null, doing: 'Working' };

/** What the chat of `event` does behind it; null when that is not known. */
export function foldActivity(activity: Activity | null, event: EngineEvent): Activity | null {
  const { type, payload } = event;
  const { startedAt } = activity ?? UNKNOWN;
  switch (type) {
    case 'chat.turn.started':
      return payload.steers === undefined ? { startedAt: event.ts, doing: 'Thinking' } : activity;
    case 'chat.turn.completed':
      return payload.steers === undefined ? null : activity;
    case 'chat.turn.progress':
      return { startedAt, doing: payload.progress.message };
    case 'chat.turn.partial':
      return foldPart(activity, partOf(payload.event));
    case 'chat.turn.delta':
      return activityBehind([payload.event], activity);
    default:
      return activity;
  }
}

/** Pieces of a call, and the end of a message, are none of what is said. */
function foldPart(activity: Activity | null, part: SaidPart | null): Activity | null {
  if (part === null) return activity;
  return { startedAt: activity?.startedAt ?? null, doing: part.kind === 'text' ? 'Writing' : 'Thinking' };
}

/** What a turn does that said this. */
export function activityBehind(said: readonly AgentEvent[], activity: Activity | null): Activity | null {
  for (const event of said.toReversed()) {
    const sayings = sayingsOf(event);
    if (sayings.length > 0) return sayings.reduce(foldSaying, activity ?? UNKNOWN);
  }
  return activity;
}

/** The result of one tool ends no other that runs beside it. */
function foldSaying(activity: Activity, saying: Saying): Activity {
  const { startedAt, toolId } = activity;
  if (saying.kind === 'tool') return { startedAt, doing: toolBrief(saying), toolId: saying.id };
  const isAside = saying.kind === 'result' && saying.toolId !== toolId;
  return isAside ? activity : { startedAt, doing: 'Thinking' };
}

export interface Circumstances {
  activity: Activity | null;
  /** How many messages wait. */
  waiting?: number;
  now?: number;
}

/** A chat in parts of a line: what it does or how it rests, for how long, what it used. */
export function describeActivity(
  chat: ChatSummary,
  { activity, waiting = 0, now = Date.now() }: Circumstances,
): string[] {
  const does = chat.processing ? doingOf(chat, activity) : restOf(chat, waiting);
  const startedAt = chat.processing ? (activity?.startedAt ?? null) : null;
  const elapsed = startedAt === null ? [] : [elapsedBrief(now - Date.parse(startedAt))];
  return [does, ...elapsed, ...usageBrief(chat.usage)];
}

function doingOf({ awaitingInput, state }: ChatSummary, activity: Activity | null): string {
  if (awaitingInput) return WAITS;
  return state === 'interrupting' ? 'Interrupting' : (activity ?? UNKNOWN).doing;
}

function restOf({ awaitingInput, budget, state }: ChatSummary, waiting: number): string {
  if (awaitingInput) return WAITS;
  if (waiting > 0) return budget ? 'Begins once its budget allows it' : 'Begins when the workspace is ready';
  return state === 'errored' ? 'The last turn failed' : 'Ready';
}

const WAITS = 'Waits for your answer';

function elapsedBrief(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  return seconds < 60 ? `${seconds} s` : durationBrief(1_000 * seconds);
}
