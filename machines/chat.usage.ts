/** What a chat and its turn have used of models, and how that adds up: pure. */
import type { Usage, UsageTotal } from '../src/contract/chats.ts';
import type { EngineEventBody } from '../src/contract/events.ts';
import type { ChatRecord } from '../src/contract/records.ts';

const COUNTERS = ['inputTokens', 'outputTokens', 'cacheReadTokens', 'cacheWriteTokens', 'costUsd'] as const;

/** Each use is told once, in the line that also tells how far the agent's output is known. */
export function spend(
  before: ChatRecord,
  { messageId, spent }: Pick<EngineEventBody<'chat.usage.changed'>['payload'], 'messageId' | 'spent'>,
): ChatRecord {
  const isOfTurn = messageId !== null && messageId === before.turn?.message.messageId;
  return {
    ...before,
    chat: { ...before.chat, usage: plus(before.chat.usage, spent) },
    ...(isOfTurn ? { turnUsage: plus(before.turnUsage, spent) } : {}),
  };
}

/** Logs of earlier versions tell what a turn used only with its end. Its duration is known to the log alone. */
export function withTurnEnded(
  { chat, turnUsage }: Pick<ChatRecord, 'chat' | 'turnUsage'>,
  { usage, durationMs }: { usage?: Usage | undefined; durationMs?: number },
): UsageTotal {
  const untold = turnUsage === undefined ? usage : undefined;
  const ended = { turns: 1, ...(durationMs === undefined ? {} : { durationMs }) };
  return plusTotal(plus(chat.usage, untold), ended);
}

/** The sum, with the context and the model as told last. */
export function plus<Of extends Usage>(before: Of | undefined, added: Usage | undefined): Of {
  return { ...before, ...added, ...countsOf((counter) => sum(before?.[counter], added?.[counter])) } as Of;
}

/** What is more than before; counts never fall. */
export function minus(all: Usage, before: Usage): Usage {
  const rest = (counter: (typeof COUNTERS)[number]) =>
    all[counter] === undefined ? undefined : Math.max(0, exact(all[counter] - (before[counter] ?? 0)));
  return { ...all, ...countsOf(rest) };
}

export function plusTotal(before: UsageTotal | undefined, added: UsageTotal): UsageTotal {
  const turns = sum(before?.turns, added.turns);
  const durationMs = sum(before?.durationMs, added.durationMs);
  return {
    ...plus(before, added),
    ...(turns === undefined ? {} : { turns }),
    ...(durationMs === undefined ? {} : { durationMs }),
  };
}

function countsOf(countOf: (counter: (typeof COUNTERS)[number]) => number | undefined): Usage {
  const counts = COUNTERS.flatMap((counter) => {
    const count = countOf(counter);
    return count === undefined ? [] : [[counter, count] as const];
  });
  return Object.fromEntries(counts);
}

export function sum(one: number, other: number): number;
export function sum(one: number | undefined, other: number | undefined): number | undefined;
export function sum(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : exact(one + other);
}

/** Parts of a dollar have no exact sum in binary numbers: what is left of it beyond a picodollar goes. */
function exact(amount: number): number {
  return Number.isInteger(amount) ? amount : Number(amount.toFixed(12));
}
