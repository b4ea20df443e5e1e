import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { AppendLog, type Commit } from '../../src/storage/append-log.ts';
import type { Write } from '../../src/storage/batch.ts';
import { createDisk } from './breakable-file.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe('AppendLog', () => {
  it('writes what is appended while a write is in flight as one batch, in order', async () => {
    const { log, add, content, commits } = await openLog();
    add('a\n');
    await nextTurn();
    add('b\n');
    add('c\n');
    await log.committed();
    expect(commits.map(({ bytes }) => bytes.toString())).toEqual(['a\n', 'b\nc\n']);
    expect(await content()).toBe('a\nb\nc\n');
  });

  it.each([
    ['is to be synced', ({ add }: Opened) => add('c\n', true)],
    ['is waited for', ({ add, log }: Opened) => (add('c\n'), void log.committed())],
  ])('gathers what comes soon behind a write, until something %s', async (_, hurry) => {
    const opened = await openLog({ gatherMs: 3_600_000 });
    const { add, commits } = opened;
    add('a\n');
    await expect.poll(() => commits.length).toBe(1);
    add('b\n');
    await nextTurn();
    hurry(opened);
    await expect.poll(() => commits.length).toBe(2);
    expect(commits.map(({ bytes }) => bytes.toString())).toEqual(['a\n', 'b\nc\n']);
  });

  it('gathers no longer than it is told', async () => {
    const { add, commits } = await openLog({ gatherMs: 1 });
    for (const count of [1, 2, 3]) {
      add('a\n');
      await expect.poll(() => commits.length).toBe(count);
    }
  });

  it('syncs a batch only when somebody in it asked for it', async () => {
    const { log, add, disk } = await openLog();
    add('a\n');
    await log.committed();
    expect(disk.syncs).toBe(0);
    add('b\n', true);
    add('c\n');
    await log.committed();
    expect(disk.syncs).toBe(1);
  });

  it('writes nothing of a text that could not be made whole', async () => {
    const { log, add, content, commits } = await openLog();
    add('a\n');
    const failing = () =>
      log.append(
        (into) => {
          into.text('half of it');
          throw new Error('it has no other half');
        },
        { sync: true },
      );
    expect(failing).toThrow('it has no other half');
    add('b\n');
    await log.committed();
    expect(commits.map(({ bytes }) => bytes.toString())).toEqual(['a\nb\n']);
    expect(await content()).toBe('a\nb\n');
  });

  it('delivers notes between the texts they were passed between, without writing them', async () => {
    const { log, add, content, commits } = await openLog();
    add('ä\n');
    log.pass('first');
    add('b\n');
    log.pass('second');
    await log.committed();
    expect(commits).toEqual([
      {
        bytes: Buffer.from('ä\nb\n'),
        notes: [
          { offset: 3, note: 'first' },
          { offset: 5, note: 'second' },
        ],
        mark: 'b\n',
      },
    ]);
    expect(await content()).toBe('ä\nb\n');
  });

  it('cuts a torn write back to the last commit and repeats it once there is room, nothing doubled', async () => {
    const { log, add, content, disk, stalls, waits } = await openLog();
    add('committed\n');
    await log.committed();
    disk.room = 5;
    add('torn by a full disk\n');
    await expect.poll(() => waits.length).toBe(1);
    expect(await content()).toBe('committed\n');
    add('later\n');
    waits.shift()?.();
    await expect.poll(() => waits.length).toBe(1);
    disk.room = Infinity;
    waits.shift()?.();
    await log.committed();
    expect(await content()).toBe('committed\ntorn by a full disk\nlater\n');
    expect(stalls).toEqual([
      'ENOSPC: no space left on device',
      'ENOSPC: no space left on device',
      'writing again',
    ]);
  });

  it('tells who does not want to wait for room that it waits, and the others once it is done', async () => {
    const { log, add, disk, waits } = await openLog();
    disk.room = 5;
    add('torn by a full disk\n');
    const patient = log.committed();
    expect(await log.tried()).toBe(false);
    add('later\n');
    const tried = log.tried();
    waits.shift()?.();
    expect(await tried).toBe(false);
    disk.room = Infinity;
    waits.shift()?.();
    await patient;
    expect(await log.tried()).toBe(true);
  });

  it('does not write again before the file could be cut back', async () => {
    const { log, add, content, disk, waits } = await openLog();
    disk.room = 2;
    disk.truncateError = new Error('EIO');
    add('abcdef\n');
    await expect.poll(() => waits.length).toBe(1);
    disk.room = Infinity;
    waits.shift()?.();
    await expect.poll(() => waits.length).toBe(1);
    expect(await content()).toBe('ab');
    disk.truncateError = null;
    waits.shift()?.();
    await log.committed();
    expect(await content()).toBe('abcdef\n');
  });

  it('puts short writes together', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'log');
    const file = await createDisk().open(path);
    const oneByte = { ...file, write: (bytes: Buffer, at: number) => file.write(bytes.subarray(0, 1), at) };
    const log = new AppendLog({ file: oneByte, size: 0, onFatal: fail });
    log.append(text('hello\n'), { sync: false });
    await log.close();
    expect(await readFile(path, 'utf8')).toBe('hello\n');
  });

  it('reports a failed sync as fatal and commits nothing any more', async () => {
    const { log, add, disk, commits, fatal } = await openLog();
    disk.syncError = new Error('EIO: i/o error');
    add('a\n', true);
    let isCommitted = false;
    void log.committed().then(() => (isCommitted = true));
    await expect.poll(() => fatal).toEqual([disk.syncError]);
    add('b\n');
    await new Promise((resolve) => setImmediate(resolve));
    expect({ commits, isCommitted }).toEqual({ commits: [], isCommitted: false });
  });

  it('goes on in the next file once the current one is full, a batch never in two files', async () => {
    const folder = await temporaryFolder();
    const disk = createDisk();
    const files = [await disk.open(join(folder, '0')), await disk.open(join(folder, '1'))];
    const [first, second] = files;
    if (first === undefined || second === undefined) throw new Error('unreachable');
    const log = new AppendLog({
      file: first,
      size: 0,
      rotateAt: 4,
      rotate: async () => second,
      onFatal: fail,
    });
    for (const three of ['abc', 'def', 'ghi']) {
      log.append(text(three), { sync: false });
      await log.committed();
    }
    await Promise.all(files.map((file) => file.close()));
    expect(await readFile(join(folder, '0'), 'utf8')).toBe('abcdef');
    expect(await readFile(join(folder, '1'), 'utf8')).toBe('ghi');
  });
});

/** Marked with itself. */
function text(added: string): Write {
  return (into) => {
    into.text(added);
    return added;
  };
}

type Opened = Awaited<ReturnType<typeof openLog>>;

async function openLog({ gatherMs = 0 } = {}) {
  const folder = await temporaryFolder();
  const disk = createDisk();
  const commits: Commit<string>[] = [];
  const stalls: string[] = [];
  const waits: (() => void)[] = [];
  const fatal: unknown[] = [];
  const log = new AppendLog<string>({
    file: await disk.open(join(folder, 'log')),
    size: 0,
    gatherMs,
    onCommit: (commit) => commits.push(commit),
    onStall: (error) => stalls.push(error instanceof Error ? error.message : 'writing again'),
    onFatal: (error) => fatal.push(error),
    delay: () => new Promise<void>((resolve) => waits.push(resolve)),
  });
  const add = (added: string, sync = false) => log.append(text(added), { sync });
  return {
    log,
    add,
    disk,
    commits,
    stalls,
    waits,
    fatal,
    content: () => readFile(join(folder, 'log'), 'utf8'),
  };
}

function fail(error: unknown): never {
  throw error;
}
