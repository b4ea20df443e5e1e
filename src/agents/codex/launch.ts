/** Launches the server of one chat. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRun, RUN_MARKER, type Run } from '../../process/run.ts';
import type { AgentContext } from '../agent-context.ts';
import type { Installation } from '../installation.ts';
import { startRun } from '../start-run.ts';
import { greeting } from './lines.ts';
import { handedOver, wantedConfiguration } from './login.ts';

/** What the engine relies on, whatever the user's own configuration says. */
const SETTINGS = [
  'check_for_update_on_startup=false',
  'features.instant_interrupt=false',
  'tools.update_plan.enabled=true',
];

/** A login that is handed over stays in memory, and the server has no other. */
const KEEPS_NO_LOGIN = 'cli_auth_credentials_store="ephemeral"';

/** Environment variable of what tools run: what else the server starts has to end with it. */
const CHAT_MARKER = 'REPLICAS_CHAT';

/** On a full disk it waits for room; rejects when it cannot be launched for another reason. */
export async function launchServer(
  context: AgentContext,
  { installation, chatId, signal }: { installation: Installation; chatId: string; signal: AbortSignal },
): Promise<Run> {
  const { login, paths } = context;
  const run = createRun(paths.agents, randomUUID());
  const temporaryFolder = temporaryFolderOf(paths.home);
  for (const folder of [paths.agents, temporaryFolder]) await mkdir(folder, { recursive: true, mode: 0o700 });
  await mkdir(paths.workspaces, { recursive: true });
  const handed = handedOver(login) === null ? [] : [KEEPS_NO_LOGIN];
  const options = {
    command: installation.file,
    args: [
      'app-server',
      ...[...SETTINGS, ...markersOf(run, chatId), ...handed].flatMap((set) => ['-c', set]),
    ],
    env: { ...login.environment(), HOME: paths.home, TMPDIR: temporaryFolder },
    cwd: paths.workspaces,
    stdin: Buffer.from(greeting()),
    strays: { without: [CHAT_MARKER] },
    note: wantedConfiguration(login, installation),
  };
  await startRun(run, options, signal);
  return run;
}

/** Marks what tools run, also where the user's configuration keeps the environment from them. */
function markersOf({ id }: Run, chatId: string): string[] {
  const markers = { [RUN_MARKER]: id, [CHAT_MARKER]: chatId };
  return Object.entries(markers).map(
    ([name, value]) => `shell_environment_policy.set.${name}=${JSON.stringify(value)}`,
  );
}

/** Never above Codex's own folder: it would refuse to make its helper programs there. */
function temporaryFolderOf(home: string): string {
  const name = createHash('sha256').update(home).digest('hex').slice(0, 12);
  return join(tmpdir(), `replicas-codex-${name}`);
}
