import { useEffect, useState } from 'preact/hooks';
import { durationBrief, usageBrief, type ChatSummary } from '../../client/client.ts';
import type { Conversation } from './conversation/conversation.ts';
import { beginningOf } from './plain-text.ts';

interface StateLineProps {
  chat: ChatSummary;
  conversation: Conversation;
}

/** What the agent does now and for how long; what its last turn used. */
export function StateLine({ chat, conversation }: StateLineProps) {
  const { turn } = conversation;
  const seconds = useSecondsSince(chat.processing ? (turn?.startedAt ?? null) : null);
  const parts = chat.processing ? [activityOf(chat, conversation), seconds] : [restOf(chat, conversation)];
  const line = [...parts, ...usageBrief(chat.usage)].filter((part) => part !== null);
  return (
    <p class="state-line">
      <i class={`dot ${toneOf(chat)}`} aria-hidden="true" />
      <span>{line.join(' · ')}</span>
    </p>
  );
}

function toneOf({ awaitingInput, processing }: ChatSummary): string {
  if (awaitingInput) return 'warn';
  return processing ? 'busy' : 'off';
}

function restOf({ state, awaitingInput, budget }: ChatSummary, { waiting }: Conversation): string {
  if (awaitingInput) return 'Waits for your answer';
  if (waiting.items.length > 0)
    return budget ? 'Begins once its budget allows it' : 'Begins when the workspace is ready';
  return state === 'errored' ? 'The last turn failed' : 'Ready';
}

const SUBJECT_CHARACTERS = 100;

function activityOf({ awaitingInput, state }: ChatSummary, { entries, live, turn }: Conversation): string {
  if (awaitingInput === true) return 'Waits for your answer';
  if (state === 'interrupting') return 'Stopping';
  if (turn?.waitsFor != null) return turn.waitsFor;
  const last = entries.at(-1)?.item;
  if (last?.kind === 'tool' && last.result === null)
    return `${last.name} ${beginningOf(last.subject.replaceAll(/\s+/g, ' '), SUBJECT_CHARACTERS)}`;
  return live === '' ? 'Thinking' : 'Writing';
}

/** Redrawn each second; null when nothing runs. */
function useSecondsSince(startedAt: string | null): string | null {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (startedAt === null) return undefined;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [startedAt]);
  if (startedAt === null) return null;
  const seconds = Math.max(0, Math.floor((now - Date.parse(startedAt)) / 1_000));
  return seconds < 60 ? `${seconds} s` : durationBrief(1_000 * seconds);
}
