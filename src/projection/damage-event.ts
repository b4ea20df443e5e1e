import type { EngineEventBody } from '../contract/events.ts';
import type { Damage } from '../storage/set-aside.ts';

/** Tells that a file could not be read, and where it is kept. */
export function damageEvent({ file, keptAs, reason }: Damage): EngineEventBody<'error'> {
  const message = `The file ${file} was damaged. It is kept as ${keptAs}; a new one was begun.`;
  return {
    type: 'error',
    payload: { code: 'file_damaged', message, details: reason, context: { file, keptAs } },
  };
}
