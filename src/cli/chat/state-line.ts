import type { ChatSummary } from '../../client/client.ts';
import { describeActivity, type Activity } from '../../client/activity.ts';
import { visible } from '../visible.ts';

export interface Situation {
  wantsToLeave: boolean;
  isConnected: boolean;
  /** What can be typed to answer; null while nothing is asked. */
  hint: string | null;
  activity: Activity | null;
}

/** What stands above the place to type. */
export function stateLine(
  chat: ChatSummary,
  { wantsToLeave, isConnected, hint, activity }: Situation,
): string {
  const { processing } = chat;
  if (wantsToLeave) return `${processing ? 'Interrupting. ' : ''}Ctrl-C again leaves; the agent goes on.`;
  if (!isConnected) return 'The engine is away; trying again… Ctrl-C twice leaves.';
  if (hint !== null) return visible(hint);
  const parts = describeActivity(chat, { activity });
  return [...parts, ...(processing ? ['Ctrl-C interrupts'] : [])].map(visible).join(' · ');
}
