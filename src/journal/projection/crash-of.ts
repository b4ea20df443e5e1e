import type { ActorCrashed } from '../../../machines/engine.events.ts';
import type { JournalEntry as Entry } from '../event-line.ts';

/** What broke is not shown, it may hold a secret; the log has it. */
export function crashOf({ actorId, isGivenUp }: ActorCrashed): Entry {
  const [noun = '', provider] = actorId.split('.');
  const code = noun === 'startHooks' ? 'hooks' : noun;
  const message = `${PARTS[noun] ?? noun}${provider === undefined ? '' : ` of ${provider}`} broke and was ${isGivenUp ? 'given up' : 'begun anew'}.`;
  const context = provider === undefined ? {} : { context: { provider } };
  const payload = { code: `${code}_${isGivenUp ? 'given_up' : 'crashed'}`, message, ...context };
  return { type: 'error', payload };
}

const PARTS: Record<string, string> = {
  archive: 'Archiving the workspace',
  boot: 'Boot',
  credential: 'Refreshing the credential',
  login: 'Choosing the login',
  mirror: 'Mirroring the event log',
  outbox: 'Telling the control plane',
  startHooks: 'Running the hooks',
};
