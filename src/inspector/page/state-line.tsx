import { useEffect, useState } from 'preact/hooks';
import { describeActivity } from '../../client/activity.ts';
import type { ChatSummary } from '../../client/client.ts';
import type { Conversation } from './conversation/conversation.ts';

interface StateLineProps {
  chat: ChatSummary;
  conversation: Conversation;
}

/** What the agent does now and for how long; what its last turn used. */
export function StateLine({ chat, conversation }: StateLineProps) {
  const { activity, waiting } = conversation;
  const now = useNow(chat.processing && activity !== null);
  const line = describeActivity(chat, { activity, waiting: waiting.items.length, now });
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

/** Redrawn each second while time passes. */
function useNow(isPassing: boolean): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!isPassing) return undefined;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [isPassing]);
  return now;
}
