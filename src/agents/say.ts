/** Reads what any agent says. Whoever shows a conversation need not know a dialect. */
import type { AgentEvent } from '../contract/agent-event.ts';
import * as acp from './acp/say.ts';
import * as claude from './claude/say.ts';
import * as codex from './codex/say.ts';
import { said, stringOf, type Said, type SaidPart, type Saying } from './saying.ts';

/** One line for each agent; none reads what another one says. */
const DIALECTS = [claude, codex, acp];

/** What the engine says in a conversation, as people read it. */
const OURS: Readonly<Record<string, Said['kind']>> = { 'session-gap': 'notice', 'turn-end': 'failure' };

/** What an event says, in order. Nothing of what only programs care about; unknown dialects say nothing. */
export function sayingsOf(event: AgentEvent): Saying[] {
  const kind = OURS[event.type];
  if (kind !== undefined) return said(kind, stringOf(event.payload['message']));
  return DIALECTS.flatMap(({ say }) => say(event));
}

/** The `id` of the tool call that a sub-agent works for, when it is one that speaks. */
export function threadOf(event: AgentEvent): string | null {
  return claude.threadOf(event);
}

/** What a permission to change files would change, of the input that it shows; null when it is about something else. */
export function changeAsked(input: unknown): string | null {
  return DIALECTS.map((dialect) => dialect.changeAsked(input)).find((change) => change !== null) ?? null;
}

/** What the event of a `chat.turn.partial` adds to what is being said. */
export function partOf(event: AgentEvent): SaidPart | null {
  for (const { sayPart } of DIALECTS) {
    const part = sayPart(event);
    if (part !== null) return part;
  }
  return null;
}
