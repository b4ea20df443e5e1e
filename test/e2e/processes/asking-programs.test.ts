import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { askProgram } from '../../../src/agents/ask-program.ts';
import { agentProcesses } from '../../support/agent-processes.ts';
import { createBootedHome, startInProcess } from '../../support/start-in-process.ts';
import { temporaryFolder } from '../../storage/temporary-folder.ts';

it('tells what a program prints', async () => {
  expect(await askProgram('/bin/echo', ['1.2.3'])).toBe('1.2.3\n');
  expect(await askProgram('/bin/false', [])).toBe(null);
  expect(await askProgram('/nonexistent', [])).toBe(null);
});

it('does not wait for a program that will not end, and ends it', async () => {
  const folder = await temporaryFolder();
  const [file, pidFile] = [join(folder, 'stubborn'), join(folder, 'pid')];
  await writeProgram(file, `trap '' TERM INT HUP; echo $$ >${pidFile}; while :; do :; done`);

  expect(await askProgram(file, ['--version'], { limitMs: 2_000 })).toBe(null);

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

async function writeProgram(file: string, script: string): Promise<void> {
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o700);
}
