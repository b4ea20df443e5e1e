import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { EngineEnvironment } from '../../environment/engine-env.ts';
import type { Paths } from '../../environment/paths.ts';
import { attempt } from '../../storage/attempt.ts';
import { bad, doubtful, good, type Finding } from './check.ts';

const MIB = 2 ** 20;
const LITTLE_MIB = 1024;
const TOO_LITTLE_MIB = 100;

/** Whether the engine can keep its files, and nobody else can read them. */
export function examineHome({ home, replicas, engine }: Paths): Finding {
  const place = nearestTo(home);
  const refusal = attempt(() => accessSync(place, constants.W_OK | constants.X_OK), 'refused');
  if (refusal === 'refused')
    return bad(`${place} is not writable`, `Give it to this user: chown -R $(id -u) ${place}`);
  if (place !== home) return good(`${home}, which a start makes`);
  const open = [replicas, engine].filter((folder) => existsSync(folder) && isOpenToOthers(folder));
  return open.length === 0
    ? good(home)
    : doubtful(`${open.join(' and ')} can be read by others`, `chmod 700 ${open.join(' ')}`);
}

export async function examineDisk({ home }: Paths): Promise<Finding> {
  const { bavail, bsize } = await statfs(nearestTo(home));
  const free = Math.floor((bavail * bsize) / MIB);
  const text = `${free} MiB free`;
  if (free < TOO_LITTLE_MIB)
    return bad(text, `Make room in ${home}: with a full disk no message is accepted.`);
  return free < LITTLE_MIB ? doubtful(text, `Make room in ${home}.`) : good(text);
}

/** Whether boot would wait for cloud-init. */
export function examineCloudInit({
  CLOUD_INIT_OUTPUT_LOG: file,
  CLOUD_INIT_TIMEOUT_MS: limitMs,
}: Pick<EngineEnvironment, 'CLOUD_INIT_OUTPUT_LOG' | 'CLOUD_INIT_TIMEOUT_MS'>): Finding {
  if (existsSync(file)) return good(file);
  return doubtful(
    `${file} is not there: boot waits for it, for ${limitMs / 1_000} s at most`,
    `Not a machine with cloud-init? touch ${file}, or let CLOUD_INIT_OUTPUT_LOG name a file that is there.`,
  );
}

/** A folder, or the nearest one above it that is there. */
function nearestTo(folder: string): string {
  return existsSync(folder) ? folder : nearestTo(dirname(folder));
}

function isOpenToOthers(folder: string): boolean {
  return (statSync(folder).mode & 0o077) !== 0;
}
