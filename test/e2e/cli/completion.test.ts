import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it, onTestFinished } from 'vitest';
import { createProgram } from '../../../src/cli/program.ts';
import { SHELLS, toCompletion, type CompletedShell } from '../../../src/cli/completion.ts';
import { hasCommand, INSTALLING_MS, provideDebianPackage } from '../../support/debian-package.ts';
import { PROGRAM } from '../../support/engine-process.ts';
import { openWindow } from '../../support/terminal-window.ts';

const TRY = `
try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _replicas_engine; echo "\${COMPREPLY[@]}"; }
try replicas-engine h
try replicas-engine hooks r
try replicas-engine events --fr
try replicas-engine --url x chat --pro
try replicas-engine send --chat hooks --mo
try replicas-engine hooks check som
try replicas-engine completion z
try replicas-engine send --chat -`;

it('bash completes commands and options where they belong', async () => {
  const nobody = () => Promise.resolve();
  const script = toCompletion(
    createProgram({ serve: nobody, dev: nobody, run: nobody, loadWorkspaceFiles: noFiles }, []),
    'bash',
  );

  const { stdout } = await execa('bash', ['--norc', '-c', `${script}${TRY}`]);

  expect(stdout.split('\n')).toEqual([
    'hooks help',
    'run',
    '--from-start',
    '--provider',
    '--model',
    '',
    'zsh',
    '',
  ]);
});

const LINES: Record<CompletedShell, string> = {
  bash: 'eval "$(replicas-engine completion bash)"',
  zsh: 'eval "$(replicas-engine completion zsh)"',
  fish: 'replicas-engine completion fish | source',
};

const STARTS: Record<CompletedShell, { file: string; prompt: string; program: string }> = {
  bash: { file: 'rc', prompt: "PS1='ready> '", program: 'bash --rcfile rc' },
  zsh: { file: '.zshrc', prompt: "PS1='ready> '", program: 'zsh' },
  fish: {
    file: 'rc',
    prompt: "function fish_prompt; echo 'ready> '; end",
    program: "fish --no-config --init-command 'source rc'",
  },
};

it.each(SHELLS)(
  '%s completes at Tab what somebody types, with the line that the documentation names',
  async (shell) => {
    await provideDebianPackage(shell, () => hasCommand(shell));
    const folder = await mkdtemp(join(tmpdir(), 'completion-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    expect(await readFile('docs/command-line.md', 'utf8')).toContain(LINES[shell].replace('|', '\\|'));
    const { file, prompt, program } = STARTS[shell];
    await writeFile(join(folder, file), `${LINES[shell]}\n${prompt}\n`);
    await writeFile(
      join(folder, 'replicas-engine'),
      `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`,
      {
        mode: 0o755,
      },
    );
    const env = { PATH: `${folder}:${process.env['PATH']}`, HOME: folder, ZDOTDIR: folder };

    const window = await openWindow(`cd '${folder}' && ${program}`, { env });
    const lastLine = async () => (await window.screen()).trimEnd().split('\n').at(-1);
    for (const [typed, completed] of [
      ['replicas-engine hooks che', 'hooks check'],
      ['replicas-engine events --fr', 'events --from-start'],
      ['replicas-engine completion fi', 'completion fish'],
    ] as const) {
      // A shell that is still leaving a line takes what is typed for a part of that.
      await expect.poll(lastLine, { timeout: 60_000 }).toBe('ready>');
      await window.type(typed);
      await window.press('Tab');
      await window.waitFor(completed);
      await window.press('C-c');
    }
  },
  INSTALLING_MS,
);

function noFiles(): Promise<never> {
  return Promise.reject(new Error('No workspace is exported here.'));
}
