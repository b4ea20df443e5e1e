import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { endProcesses, processesNaming } from '../support/running-processes.ts';
import { createTemporaryHome } from '../support/temporary-home.ts';
import { useTool, say } from '../../src/dev/scripted-steps.ts';
import { byPrompt, inSteps } from '../support/scripted-turns.ts';
import { startWorkspace } from '../support/workspace.ts';

/** What these tests leave would be waited for in vain. */
process.env['LEFTOVERS_PATIENCE_MS'] = '500';

/** Where failing is what is expected, a second try has no sense. */
const ONCE = { retry: 0 };
const SERVICE = 'setsid tail -f /dev/null >/dev/null 2>&1 &';

it.fails('fails a test that leaves a process which lost its parents and its environment', ONCE, async () => {
  await leave({ in: await mkdtemp(join(tmpdir(), 'left-')) });
});

it.fails('fails a test in whose home something still runs when the engine was stopped', ONCE, async () => {
  const { client, chatId } = await startWorkspace({
    script: byPrompt({ serve: inSteps(useTool('Bash', { command: SERVICE }), say('Serving.')) }),
  });
  const stream = await client.follow();
  await stream.waitForEnd(await client.send(chatId, 'serve'));
});

it('names the processes that know a folder, and ends them', async () => {
  const home = await createTemporaryHome();
  await leave({ in: home.path });
  const commands = () => processesNaming(home.path).map(({ command }) => command);
  await expect.poll(commands).toEqual(['tail -f /dev/null']);
  await endProcesses(() => processesNaming(home.path));
  await home.remove();
});

/** Only the folder that it runs in tells whose it is. */
async function leave({ in: cwd }: { in: string }): Promise<void> {
  const shell = spawn('sh', ['-c', SERVICE], {
    cwd,
    env: { PATH: process.env['PATH'] },
    stdio: 'ignore',
  });
  await once(shell, 'exit');
}
