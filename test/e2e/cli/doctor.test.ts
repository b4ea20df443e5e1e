import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it, onTestFinished } from 'vitest';
import { good } from '../../../src/cli/doctor/check.ts';
import { examineGitIdentity } from '../../../src/cli/doctor/programs.ts';

it('says how agents get a name to commit with in their home, whoever does it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'doctor-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const home = await mkdtemp(join(folder, 'agents-'));
  const env = { PATH: process.env['PATH'] ?? '' };
  const { text, remedy = '' } = await examineGitIdentity({ home, env });
  expect(text).toBe('unset: agents cannot commit');

  await execa('sh', ['-c', remedy.replaceAll('…', 'somebody')], { env: { ...env, HOME: folder } });

  expect(await examineGitIdentity({ home, env })).toEqual(good('somebody <somebody>'));
});
