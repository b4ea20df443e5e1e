import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createGit } from '../../src/workspace/git.ts';
import {
  RepositoryReader,
  type RepositoryReaderOptions,
  type RepositoryState,
} from '../../src/workspace/read-repository.ts';

/** What git runs with in tests: nobody's settings, always the same author. */
export const GIT_ENVIRONMENT = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
};

/** The real git, at once; returns what it printed. */
export function git(folder: string, ...args: string[]): string {
  mkdirSync(folder, { recursive: true });
  const settings = ['-c', 'protocol.file.allow=always'];
  return execFileSync('git', [...settings, ...args], {
    cwd: folder,
    env: GIT_ENVIRONMENT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export function write(folder: string, files: Record<string, string | Uint8Array>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

/** A repository on `main` with one commit of one file. */
export function createRepository(folder: string, ...initOptions: string[]): string {
  git(folder, 'init', '-q', '-b', 'main', ...initOptions);
  write(folder, { 'kept.txt': 'one\ntwo\nthree\n' });
  commit(folder, 'first');
  return folder;
}

export function commit(folder: string, message: string): void {
  git(folder, 'add', '-A');
  git(folder, 'commit', '-q', '--allow-empty', '-m', message);
}

/** A reader of repositories as the engine has one. */
export function createReader({
  settings = {},
  maxBytes = 1024 * 1024,
  timeoutMs = 20_000,
}: ReaderOptions = {}) {
  const run = createGit({ env: GIT_ENVIRONMENT, timeoutMs });
  const reader = new RepositoryReader({ git: run, settings, maxBytes });
  return (folder: string, { withText = true } = {}): Promise<RepositoryState> =>
    reader.read(folder, { withText });
}

interface ReaderOptions {
  settings?: RepositoryReaderOptions['settings'];
  maxBytes?: number;
  timeoutMs?: number;
}
