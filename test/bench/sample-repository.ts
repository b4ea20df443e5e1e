import { execFile, execFileSync } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const FILES_PER_FOLDER = 100;
const AUTHOR = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'];

/** Files with content that differs from file to file; of those changed, one in ten is new and the others have a line more. */
export interface SampleSize {
  files: number;
  changed: number;
  /** Git notes which folders have nothing new, as it does for repositories that are this large. */
  hasUntrackedCache?: boolean;
}

export function createSampleRepository(
  folder: string,
  { files, changed, hasUntrackedCache = false }: SampleSize,
): string {
  for (let number = 0; number < files; number += 1) {
    const part = join(folder, `part-${Math.floor(number / FILES_PER_FOLDER)}`);
    if (number % FILES_PER_FOLDER === 0) mkdirSync(part, { recursive: true });
    writeFileSync(
      join(part, `file-${number}.txt`),
      `file ${number}\n${'some text of this file\n'.repeat(20)}`,
    );
  }
  execFileSync('git', ['init', '-q', '-b', 'main'], { cwd: folder });
  execFileSync('git', ['add', '-A'], { cwd: folder });
  execFileSync('git', [...AUTHOR, 'commit', '-q', '-m', 'all'], { cwd: folder });
  if (hasUntrackedCache) {
    execFileSync('git', ['config', 'core.untrackedCache', 'true'], { cwd: folder });
    execFileSync('git', ['config', 'status.showUntrackedFiles', 'all'], { cwd: folder });
  }
  execFileSync('git', ['status'], { cwd: folder });
  for (let number = 0; number < changed; number += 1) changeFile(folder, number, files);
  return folder;
}

export function changeFile(folder: string, number: number, files: number): void {
  const index = (number * 37) % files;
  const name = number % 10 === 0 ? `new-${number}.txt` : `file-${index}.txt`;
  appendFileSync(join(folder, `part-${Math.floor(index / FILES_PER_FOLDER)}`, name), 'one line more\n');
}

const STATUS = ['--no-optional-locks', 'status', '--porcelain=v2', '--branch', '-z', '--untracked-files=all'];

export async function rawStatus(folder: string): Promise<void> {
  await run('git', STATUS, { cwd: folder });
}

/** What git alone needs to tell all changes, untracked files included, with the index left as it is. */
export async function rawDiff(folder: string): Promise<void> {
  await rawStatus(folder);
  const temporary = mkdtempSync(join(tmpdir(), 'bench-index-'));
  const index = join(temporary, 'index');
  copyFileSync(join(folder, '.git', 'index'), index);
  const options = { cwd: folder, env: { ...process.env, GIT_INDEX_FILE: index }, maxBuffer: 64 << 20 };
  await run('git', ['add', '--intent-to-add', '--all'], options);
  await run('git', ['diff', '--numstat', '--patch', 'HEAD'], options);
  rmSync(temporary, { recursive: true });
}
