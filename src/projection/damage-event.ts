import type { EngineEventBody } from '../contract/events.ts';
import type { Damage } from '../storage/set-aside.ts';

/** Tells that a file could not be read, and where it is kept. */
export function damageEvent({ file, keptAs, reason }: Damage): EngineEventBody<'error'> {
  const fate = keptAs === null ? 'Nothing of it is left to keep' : `It is kept as ${keptAs}`;
  const message = `${file} was damaged. ${fate}; a new one was begun.`;
  return {
    type: 'error',
    payload: { code: 'file_damaged', message, details: reason, context: { file, keptAs } },
  };
}
