import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { NOTES_END } from './demo-script.ts';

const README = `# Demo

A repository for trying the engine out. Agents work here; nothing in it matters.
`;

const NOTES = `# Notes

What you say to the scripted agent ends up here.

${NOTES_END}
`;

/** Settings of these commits only: neither the user's configuration nor their hooks and signatures play a part. */
const OWN_SETTINGS = [
  ['-c', 'user.name=Replicas demo'],
  ['-c', 'user.email=demo@replicas.invalid'],
  ['-c', 'commit.gpgSign=false'],
].flat();

const OWN_ENVIRONMENT = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };

/** Creates `<home>/workspaces/demo`, a git repository with one commit, unless it is there; returns its folder. */
export async function createDemoRepository(home: string): Promise<string> {
  const folder = join(home, 'workspaces', 'demo');
  if (existsSync(join(folder, '.git'))) return folder;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'README.md'), README);
  await writeFile(join(folder, 'NOTES.md'), NOTES);
  await git(folder, ['init', '--quiet', '--initial-branch=main']);
  await git(folder, ['add', '--all']);
  await git(folder, ['commit', '--quiet', '--message', 'Start the demo']);
  return folder;
}

async function git(folder: string, args: readonly string[]): Promise<void> {
  await execa('git', [...OWN_SETTINGS, ...args], { cwd: folder, env: OWN_ENVIRONMENT });
}
