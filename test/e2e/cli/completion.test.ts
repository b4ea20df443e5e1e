import { execa } from 'execa';
import { expect, it } from 'vitest';
import { createProgram } from '../../../src/cli/program.ts';
import { toCompletion } from '../../../src/cli/completion.ts';

const TRY = `
try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _replicas_engine; echo "\${COMPREPLY[@]}"; }
try replicas-engine h
try replicas-engine hooks r
try replicas-engine events --fr
try replicas-engine --url x chat --pro
try replicas-engine send --chat hooks --mo
try replicas-engine hooks check som`;

it('bash completes commands and options where they belong', async () => {
  const nobody = () => Promise.resolve();
  const script = toCompletion(
    createProgram({ serve: nobody, dev: nobody, run: nobody, loadWorkspaceFiles: noFiles }, []),
    'bash',
  );

  const { stdout } = await execa('bash', ['--norc', '-c', `${script}${TRY}`]);

  expect(stdout.split('\n')).toEqual(['hooks help', 'run', '--from-start', '--provider', '--model', '']);
});

function noFiles(): Promise<never> {
  return Promise.reject(new Error('No workspace is exported here.'));
}
