import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RUN_MARKER } from '../../process/run.ts';

/** What the engine relies on, whatever the user's own configuration says. */
export const SERVER_ARGUMENTS = [
  'app-server',
  '-c',
  'check_for_update_on_startup=false',
  '-c',
  'features.instant_interrupt=false',
  '-c',
  'tools.update_plan.enabled=true',
];

/** A login that is handed over stays in memory, and the server has no other. */
export const HANDED_OVER_ARGUMENTS = ['-c', 'cli_auth_credentials_store="ephemeral"'];

/** Environment variable that tells whose chat a command belongs to. */
export const CHAT_MARKER = 'REPLICAS_CHAT';

/** Marks the commands of a chat, also where the user's configuration keeps the environment from them. */
export function markersOf(runId: string, chatId: string): Record<string, string> {
  const path = 'shell_environment_policy.set';
  return { [`${path}.${RUN_MARKER}`]: runId, [`${path}.${CHAT_MARKER}`]: chatId };
}

export function environmentFor({
  env,
  home,
}: {
  env: Readonly<Record<string, string>>;
  home: string;
}): Record<string, string> {
  return { ...env, HOME: home, TMPDIR: temporaryFolderOf(home) };
}

/** Never above Codex's own folder: it would refuse to make its helper programs there. */
export function temporaryFolderOf(home: string): string {
  const name = createHash('sha256').update(home).digest('hex').slice(0, 12);
  return join(tmpdir(), `replicas-codex-${name}`);
}
