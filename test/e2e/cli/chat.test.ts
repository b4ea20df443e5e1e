import { expect, it } from 'vitest';
import { createGate } from '../../support/gate.ts';
import { say, useTool } from '../../../src/dev/scripted-steps.ts';
import { PROGRAM } from '../../support/engine-process.ts';
import { writesPlans } from '../../../src/dev/writes-plans.ts';
import { byPrompt, inSteps, runsForever, saysAround } from '../../support/scripted-turns.ts';
import { openWindow, type TerminalWindow } from '../../support/terminal-window.ts';
import { startWorkspace, type Workspace } from '../../support/workspace.ts';
import { ENDLESS_COMMAND, waitForEndlessCommand } from '../../support/agent-processes.ts';

it('shows what is said while it is said, and goes on after the engine was killed', async () => {
  const gate = createGate();
  const workspace = await startWorkspace({
    script: byPrompt({ slow: saysAround(gate, { before: 'line one\nline ', after: 'two' }) }),
  });
  const window = await openChat(workspace);

  await enter(window, 'a slow one');
  await window.waitFor('line one\nline\nWriting · ');
  await workspace.kill();
  await window.waitFor('The engine is away; trying again…');
  gate.open();
  await workspace.start();
  await window.waitFor('line one\nline two\ncompleted after');
  await enter(window, 'and now?');
  await window.waitFor('You said: and now?\ncompleted after');

  expect(linesOf(await window.screen())).toEqual([
    expect.stringMatching(/^Claude Code claude [0-9a-f-]{36} \/help$/),
    '> a slow one',
    'line one',
    'line two',
    expect.stringMatching(/^completed after \d+\.\d s$/),
    '> and now?',
    'You said: and now?',
    expect.stringMatching(/^completed after \d+\.\d s$/),
    expect.stringMatching(/^Ready · [\d,]+ tokens/),
    '>',
  ]);
});

it('has a plan approved, interrupts a tool, goes to other chats, and leaves', async () => {
  const workspace = await startWorkspace({
    script: writesPlans(
      byPrompt({
        plan: inSteps(useTool('ExitPlanMode', { plan: '# Paint it\n\nIn two coats.' }), say('Painted.')),
        forever: runsForever(),
      }),
    ),
  });
  const window = await openChat(workspace);

  await enter(window, '/plan plan the painting');
  await window.waitFor('? The plan:\nPaint it\n\nIn two coats.\nCarry it out? y, n, or what to change\n>');
  await enter(window, 'y');
  await window.waitFor('Painted.\ncompleted after');

  await enter(window, 'run it forever');
  await window.waitFor('● Bash');
  await waitForEndlessCommand(workspace.home);
  await enter(window, 'and then this');
  await window.waitFor('> and then this\nIt waits behind one message.');
  await window.press('C-c');
  await window.waitFor('interrupted after');
  await window.waitFor('> and then this\nYou said: and then this');

  await enter(window, '/new');
  await window.waitFor('/help\nReady\n>');
  await enter(window, '/chats');
  await window.waitFor('claude  idle  ');
  await enter(window, '/chats 1');
  await window.waitFor('Painted.\n');
  await window.press('C-d');
  await window.waitFor('exited with 0');
});

it('is left with Ctrl-C while a turn runs and the engine is away or does not answer; so is what watches', async () => {
  const workspace = await startWorkspace({ script: byPrompt({ forever: runsForever() }) });
  const hanging = await openChat(workspace);
  const window = await openChat(workspace);
  await enter(window, 'run it forever');
  await window.waitFor('● Bash');
  await hanging.waitFor('● Bash');
  const board = await openWindow(commandOf(workspace, 'watch'), { env: environmentOf(workspace) });
  await board.waitFor(' · ready · up ');
  await board.waitFor(`Bash ${ENDLESS_COMMAND}`);

  process.kill(workspace.engine().pid, 'SIGSTOP');
  await hanging.press('C-c');
  await hanging.waitFor('Interrupting. Ctrl-C again leaves; the agent goes on.');
  await hanging.press('C-c');
  await hanging.waitFor('exited with 0');

  await workspace.kill();
  await board.waitFor('The engine is away; trying again…');
  await board.press('C-c');
  await board.waitFor('exited with 0');
  expect(linesOf(await board.screen())).toEqual(['exited with 0']);
  await window.waitFor('The engine is away; trying again… Ctrl-C twice leaves.');
  await window.press('C-c');
  await window.waitFor('Ctrl-C again leaves');
  await window.press('C-c');
  await window.waitFor('exited with 0');
});

it('says that there is no engine', async () => {
  const window = await openWindow(
    `'${process.execPath}' '${PROGRAM}' chat --url http://127.0.0.1:1 --secret x`,
    {
      env: { PATH: process.env['PATH'] },
    },
  );

  await window.waitFor('exited with 69');
  expect(await window.screen()).toContain('cannot be reached');
});

async function openChat(workspace: Workspace): Promise<TerminalWindow> {
  const window = await openWindow(commandOf(workspace, 'chat'), { env: environmentOf(workspace) });
  await window.waitFor('/help');
  return window;
}

function commandOf({ client }: Workspace, command: string): string {
  return `'${process.execPath}' '${PROGRAM}' ${command} --url ${client.url}`;
}

function environmentOf({ environment }: Workspace) {
  const { REPLICAS_ENGINE_SECRET } = environment;
  return { PATH: process.env['PATH'], REPLICAS_ENGINE_SECRET, NO_COLOR: '1' };
}

async function enter(window: TerminalWindow, line: string): Promise<void> {
  await window.type(line);
  await window.press('Enter');
}

/** What stands on the screen, without what is written while somebody types. */
function linesOf(screen: string): string[] {
  return screen
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
}
