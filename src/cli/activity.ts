import {
  durationBrief,
  sayingsOf,
  usageBrief,
  type AgentEvent,
  type ChatSummary,
  type EngineEvent,
} from '../client/client.ts';
import { toolBrief } from '../contract/tool-brief.ts';
import { toDuration } from './show-status.ts';
import type { Colors } from './terminal.ts';

export interface Activity {
  /** When the turn started; null when that was before anybody looked. */
  startedAt: string | null;
  doing: string;
}

/** What the chat of `event` does behind it; null when that is not known. */
export function foldActivity(activity: Activity | null, event: EngineEvent): Activity | null {
  const { type, payload } = event;
  const startedAt = activity?.startedAt ?? null;
  switch (type) {
    case 'chat.turn.started':
      return payload.steers === undefined ? { startedAt: event.ts, doing: 'Thinking' } : activity;
    case 'chat.turn.completed':
      return payload.steers === undefined ? null : activity;
    case 'chat.turn.progress':
      return { startedAt, doing: payload.progress.message };
    case 'chat.turn.partial':
      return { startedAt, doing: 'Writing' };
    case 'chat.turn.delta':
      return activityBehind([payload.event], activity);
    default:
      return activity;
  }
}

/** What a turn does that said this. */
export function activityBehind(said: readonly AgentEvent[], activity: Activity | null): Activity | null {
  const saying = said.flatMap((event) => sayingsOf(event)).at(-1);
  if (saying === undefined) return activity;
  const doing = saying.kind === 'tool' ? toolBrief(saying) : 'Thinking';
  return { startedAt: activity?.startedAt ?? null, doing };
}

/** A chat in parts of a line: what it does or how it rests, for how long, what it used. */
export function describeActivity(chat: ChatSummary, activity: Activity | null, now = Date.now()): string[] {
  const { processing, state, awaitingInput, usage } = chat;
  if (!processing) return [state === 'errored' ? 'The last turn failed' : 'Ready', ...usageBrief(usage)];
  const { startedAt, doing } = activity ?? { startedAt: null, doing: 'Working' };
  const does = awaitingInput ? 'Waits for you' : state === 'interrupting' ? 'Interrupting' : doing;
  const seconds = startedAt === null ? null : Math.max(0, (now - Date.parse(startedAt)) / 1_000);
  return [does, ...(seconds === null ? [] : [toDuration(seconds)]), ...usageBrief(usage)];
}

export function describeEnd(
  { outcome, error, durationMs }: Extract<EngineEvent, { type: 'chat.turn.completed' }>['payload'],
  { dim, red, yellow }: Colors,
): string {
  const paint = { completed: dim, interrupted: yellow, errored: red, lost: red }[outcome];
  const reason = error === undefined ? '' : ` (${error.code})`;
  return paint(`${outcome} after ${durationBrief(durationMs)}${reason}`);
}
