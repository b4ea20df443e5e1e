import { appendFile, readFile, stat } from 'node:fs/promises';
import { describe, expect, it, vi } from 'vitest';
import { followBytes } from '../../../src/processes/follow-bytes.ts';
import { followOutput } from '../../../src/processes/follow-output.ts';
import { createLineSplitter } from '../../../src/processes/line-splitter.ts';
import { identify } from '../../../src/processes/identify.ts';
import { filesOf } from '../../../src/processes/run.ts';
import { freeSpace } from '../../../src/processes/spool.ts';
import { readStderrTail } from '../../../src/processes/read-tail.ts';
import { killShell, launchShell, readAll } from './support.ts';

describe('following the output of a run', () => {
  it('gives every line, then the exit code', async () => {
    const run = await launchShell('echo one; echo two; exit 7');
    expect(await readAll(run)).toEqual({ lines: ['one', 'two'], end: { isOver: true, exitCode: 7 } });
  });

  it('gives what it is sent as it comes', async () => {
    const run = await launchShell('while read line; do echo "got $line"; done');
    const lines: string[] = [];
    const stop = new AbortController();
    const following = followOutput(run, {
      from: 0,
      signal: stop.signal,
      onLine: ({ bytes }) => void lines.push(bytes.toString()),
    });
    await appendFile(filesOf(run).stdin, 'a\n');
    await vi.waitFor(() => expect(lines).toEqual(['got a']), 30_000);
    await appendFile(filesOf(run).stdin, 'b\n');
    await vi.waitFor(() => expect(lines).toEqual(['got a', 'got b']), 30_000);
    stop.abort();
    expect(await following).toEqual({ isOver: false });
  });

  it('hands the exit code over only after everything that was printed', async () => {
    const run = await launchShell('seq 20000; exit 3');
    await vi.waitFor(() => expect(identify(run)).toEqual({ state: 'ended', exitCode: 3 }), 30_000);
    const { lines, end } = await readAll(run);
    expect({ count: lines.length, last: lines.at(-1), end }).toEqual({
      count: 20_000,
      last: '20000',
      end: { isOver: true, exitCode: 3 },
    });
  });

  it('notices the end while it gathers what is printed, however long that takes', async () => {
    const run = await launchShell('echo one; read line; echo two; exit 4');
    const printed: string[] = [];
    const following = followBytes(run, {
      from: 0,
      onBytes: (bytes) => void printed.push(bytes.toString()),
      gatherMs: 3_600_000,
      signal: new AbortController().signal,
    });
    await appendFile(filesOf(run).stdin, 'on\n');
    expect({ end: await following, printed: printed.join('') }).toEqual({
      end: { isOver: true, exitCode: 4 },
      printed: 'one\ntwo\n',
    });
  });

  it('gives a line of five megabytes in one piece', async () => {
    const run = await launchShell("head -c 5000000 /dev/zero | tr '\\0' x; echo; echo end");
    const { lines } = await readAll(run);
    expect(lines.map(({ length }) => length)).toEqual([5_000_000, 3]);
  });

  it('starts in the middle when told so', async () => {
    const run = await launchShell('echo one; echo two; echo three');
    expect((await readAll(run, { from: 4 })).lines).toEqual(['two', 'three']);
  });

  it('reads no further line while one is being dealt with', async () => {
    const run = await launchShell('seq 100');
    let active = 0;
    let most = 0;
    await readAll(run, {
      onLine: async () => {
        most = Math.max(most, ++active);
        await Promise.resolve();
        active -= 1;
      },
    });
    expect(most).toBe(1);
  });

  it('drops a last line that its writer did not finish', async () => {
    const run = await launchShell('echo whole; printf torn');
    expect((await readAll(run)).lines).toEqual(['whole']);
  });

  it('keeps no more than the end of what a run complains, which complains for ever', async () => {
    const complain =
      'while :; do head -c 1000000 /dev/zero; echo; echo "the last words"; sleep 0.2; done >&2';
    const run = await launchShell(complain);
    const stop = new AbortController();
    const following = followOutput(run, { from: 0, signal: stop.signal, onLine: () => {} });
    const { stderr } = filesOf(run);
    let largest = 0;
    await vi.waitFor(async () => {
      const { size } = await stat(stderr);
      largest = Math.max(largest, size);
      expect(size).toBeLessThan(largest / 2);
    }, 30_000);
    await vi.waitFor(async () => expect(await readStderrTail(run)).toMatch(/the last words$/), 30_000);
    stop.abort();
    await following;
  });

  it('notices the end of a run whose shell was killed with it', async () => {
    const run = await launchShell('echo one; exec tail -f /dev/null');
    await vi.waitFor(async () => expect(await readFile(filesOf(run).stdout, 'utf8')).toBe('one\n'), 30_000);
    await vi.waitFor(
      () => expect(identify(run)).toMatchObject({ state: 'running', pid: expect.any(Number) }),
      30_000,
    );
    const { pid } = identify(run) as { pid: number };
    await killShell(run);
    process.kill(pid, 'SIGKILL');
    expect(await readAll(run)).toEqual({ lines: ['one'], end: { isOver: true, exitCode: null } });
  });

  it('keeps disk space allocated ahead of the output', async () => {
    const run = await launchShell('exec tail -f /dev/null');
    const stop = new AbortController();
    const following = followOutput(run, { from: 0, signal: stop.signal, onLine: () => {} });
    const line = `${'x'.repeat(1_000_000)}\n`;
    for (let count = 0; count < 6; count += 1) await appendFile(filesOf(run).stdout, line);
    await vi.waitFor(async () => {
      const { size, blocks } = await stat(filesOf(run).stdout);
      expect(blocks * 512 - size).toBeGreaterThan(2_000_000);
    }, 30_000);
    stop.abort();
    await following;
  });
});

describe('freeing output', () => {
  it('gives the disk space back without moving what comes after', async () => {
    const run = await launchShell("head -c 3000000 /dev/zero | tr '\\0' x; echo; echo end");
    await readAll(run);
    const { size, blocks } = await stat(filesOf(run).stdout);
    expect(await freeSpace(filesOf(run).stdout, { from: 0, before: 3_000_001 })).toBe(2_998_272);
    const after = await stat(filesOf(run).stdout);
    expect(after.size).toBe(size);
    expect(after.blocks).toBeLessThan(blocks - 5_000);
    expect((await readFile(filesOf(run).stdout)).subarray(3_000_001).toString()).toBe('end\n');
  });

  it('does nothing for less than a megabyte', async () => {
    const run = await launchShell("head -c 900000 /dev/zero | tr '\\0' x; echo");
    await readAll(run);
    expect(await freeSpace(filesOf(run).stdout, { from: 0, before: 900_001 })).toBe(0);
  });
});

describe('the end of standard error', () => {
  it('is at most four kilobytes', async () => {
    const run = await launchShell("head -c 6000 /dev/zero | tr '\\0' x >&2; echo the end >&2");
    await readAll(run);
    const tail = await readStderrTail(run);
    expect({ length: tail.length, end: tail.slice(-9) }).toEqual({
      length: 4095,
      end: 'x' + 'the end'.padStart(8, 'x'),
    });
  });

  it('is empty when nothing was said', async () => {
    const run = await launchShell('exit 0');
    await readAll(run);
    expect(await readStderrTail(run)).toBe('');
  });
});

describe('cutting bytes into lines', () => {
  it('joins a line that comes in pieces and counts offsets from where it started', () => {
    const split = createLineSplitter(100);
    const parts = ['ab', 'c\n\nd', 'e\n'].flatMap((text) => split(Buffer.from(text)));
    expect(parts.map(({ bytes, end }) => ({ text: bytes.toString(), end }))).toEqual([
      { text: 'abc', end: 104 },
      { text: '', end: 105 },
      { text: 'de', end: 108 },
    ]);
  });

  it('gives up on a line that does not end, and not on many that do', () => {
    const split = createLineSplitter(0, 10);
    for (let count = 0; count < 10; count += 1) expect(split(Buffer.from('12345\n1234'))).toHaveLength(1);
    split(Buffer.from('\n1234567890'));

    expect(() => split(Buffer.from('1'))).toThrow('A line is longer than 10 bytes.');
  });
});
