import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { versionOf } from '../../../src/agents/program-version.ts';
import { agentProcesses } from '../../support/agent-processes.ts';
import { createBootedHome, startInProcess } from '../../support/start-in-process.ts';
import { temporaryFolder } from '../../storage/temporary-folder.ts';

it('tells the version that a program prints', async () => {
  expect(await version('/bin/sh')).toBe(null);
  expect(await version('/bin/false')).toBe(null);
  expect(await version('/nonexistent')).toBe(null);
  const file = join(await temporaryFolder(), 'program');
  await writeProgram(file, 'echo "1.2.3 (Some Agent)"; echo more');
  expect(await version(file)).toBe('1.2.3 (Some Agent)');
});

it('does not wait for a program that will not end, and ends it', async () => {
  const folder = await temporaryFolder();
  const [file, pidFile] = [join(folder, 'stubborn'), join(folder, 'pid')];
  await writeProgram(file, `trap '' TERM INT HUP; echo $$ >${pidFile}; while :; do :; done`);

  expect(await version(file)).toBe(null);

  const pid = Number(await readFile(pidFile, 'utf8'));
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

it('leaves nothing of an agent that was asked about itself, also what it detached', async () => {
  const home = await createBootedHome();
  const file = join(home, 'detaching-agent');
  await writeProgram(file, '[ "$1" = --version ] && exec echo 2.1.332; setsid sleep 3600 >/dev/null 2>&1 &');
  const engine = await startInProcess(home, { CLAUDE_PATH: file });
  const { chats } = await engine.chats.list();
  const chat = chats.find(({ provider }) => provider === 'claude')?.id ?? '';

  await expect(engine.offers.commands(chat)).rejects.toMatchObject({ code: 'AGENT_UNAVAILABLE' });

  expect(await agentProcesses(home)).toEqual([]);
});

function version(file: string): Promise<string | null> {
  return versionOf({ file, identity: '' }, {}, 2_000);
}

async function writeProgram(file: string, script: string): Promise<void> {
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o700);
}
