import type { EngineClient } from '../client/client.ts';
import { EXIT, type Terminal } from './terminal.ts';

/** Gives the workspace of the engine to another machine, and says when an engine may start there. */
export async function handOver(
  terminal: Terminal,
  { client, limitSeconds, json }: { client: EngineClient; limitSeconds: number; json: boolean },
): Promise<number> {
  if (!json) terminal.complain('Turns end and everything is archived; Ctrl-C only stops waiting for it.\n');
  const answer = await client.handOver({ limitSeconds, signal: terminal.stopSignal() });
  const omitted = answer.omitted === 0 ? '' : ` ${answer.omitted} things are not in the archive.`;
  terminal.print(
    json
      ? `${JSON.stringify(answer)}\n`
      : `Go: an engine may start on the other machine now. The archive is of ${answer.archivedAt}.${omitted}\n`,
  );
  return EXIT.DONE;
}
