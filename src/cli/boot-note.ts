import type { Boot } from '../client/client.ts';

/** What the boot of the engine waits for, since when, until when, and how to go on at once; empty when for nothing. */
export function noteOfBoot({ waitingFor }: Boot): string {
  if (waitingFor === undefined) return '';
  const { message, since, until, skip } = waitingFor;
  const limit = until === null ? '' : `, until ${until}`;
  return `${message} Since ${since}${limit}.\n${skip === null ? '' : `${skip}\n`}`;
}
