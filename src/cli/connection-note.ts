import type { ConnectionChange } from '../client/client.ts';

/** What to say of a connection; nothing while it is good. */
export function noteOf(change: ConnectionChange): string {
  return change.state === 'open' ? '' : `${change.error?.message ?? 'The stream ended.'} Trying again.\n`;
}
