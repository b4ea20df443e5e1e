import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HookLog } from '../../src/hooks/hook-log.ts';
import { followLog, readLog } from '../../src/hooks/log-stream.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hook-log-'));
});

afterEach(() => rm(folder, { recursive: true }));

describe('the log of hooks', () => {
  it('has each line behind the name of its repository, whole, whoever else prints meanwhile', async () => {
    const log = await open();

    await log.note('app', 'begins');
    await log.copy('p1', printed('app', 'one\ntw'));
    await log.copy('p2', printed('web', 'uno\n'));
    await log.copy('p1', printed('app', 'o\nthree'));
    await log.flush('p1', 'app');

    expect(await text()).toBe('[app] begins\n[app] one\n[web] uno\n[app] two\n[app] three\n');
    expect((await stat(file())).mode & 0o777).toBe(0o600);
  });

  it('keeps bytes as they are, and counts characters as clients do', async () => {
    const log = await open();
    const bytes = Buffer.concat([Buffer.from('äß€😀\r\n'), Buffer.from([0, 0xff, 10])]);

    await log.copy('p1', { repoName: 'ü$&', bytes });

    expect(await readFile(file())).toEqual(
      Buffer.concat([Buffer.from('[ü$&] äß€😀\r\n[ü$&] '), Buffer.from([0, 0xff, 10])]),
    );
    expect(log.printedBy('p1').chars).toBe('äß€😀\r\n'.length + 3);
  });

  it('has each line whole, however many come at once, and however long the name is', async () => {
    const name = 'r'.repeat(250);
    const log = await open(10_000_000);

    await log.copy('p1', printed(name, '\n'.repeat(20_000)));
    await log.copy('p1', printed(name, `${'y'.repeat(60_000)}\n`.repeat(20)));

    const lines = (await text()).split('\n');
    const blank = lines.filter((line) => line === `[${name}] `);
    const long = lines.filter((line) => line === `[${name}] ${'y'.repeat(60_000)}`);
    expect([blank.length, long.length, lines.length, lines.at(-1)]).toEqual([20_000, 20, 20_021, '']);
  });

  it('has each line whole, of whatever length, and wherever reads cut it', async () => {
    const log = await open(10_000_000);
    const lines = Array.from({ length: 2_000 }, (_, index) => 'ä1b2c3d'.repeat(100).slice(0, index % 300));
    const bytes = Buffer.from(`${lines.join('\n')}\n`);

    for (let at = 0, part = 1; at < bytes.length; at += part, part += 97)
      await log.copy('p1', { repoName: 'app', bytes: bytes.subarray(at, at + part) });

    expect((await text()).split('\n')).toEqual([...lines.map((line) => `[app] ${line}`), '']);
  });

  it('breaks a line that has no end', async () => {
    const log = await open();

    for (let part = 0; part < 3; part += 1) await log.copy('p1', printed('app', 'x'.repeat(40_000)));
    await log.flush('p1', 'app');

    expect(await text()).toBe(`[app] ${'x'.repeat(80_000)}\n[app] ${'x'.repeat(40_000)}\n`);
  });

  it('goes on where an engine that was killed stopped noting: nothing is lost, nothing stands twice', async () => {
    const first = await open();
    await first.copy('p1', printed('app', 'one\ntwo\nthr'));
    await appendFile(file(), '[app] written but not noted\n');

    const next = await open();
    expect(next.offsetOf('p1')).toBe('one\ntwo\n'.length);
    await next.copy('p1', printed('app', 'three\n'));

    expect(await text()).toBe('[app] one\n[app] two\n[app] three\n');
    expect(next.printedBy('p1').chars).toBe('one\ntwo\nthree\n'.length);
  });

  it('shows no secret, wherever reads cut it, and goes on where it stopped', async () => {
    const secrets = () => ['engine-secret', 'secret-token'];
    const log = await open(1_000_000, secrets);

    await log.copy('p1', printed('app', 'an engine-'));
    await log.copy('p1', printed('app', 'secret\nsecret-token secret-token\nplain engine-secre'));
    expect(log.printedBy('p1').lastLines).toBe('an [redacted]\n[redacted] [redacted]\nplain engine-secre');
    const next = await open(1_000_000, secrets);
    await next.copy('p1', printed('app', 'plain engine-secret'));
    await next.flush('p1', 'app');

    expect(await text()).toBe('[app] an [redacted]\n[app] [redacted] [redacted]\n[app] plain [redacted]\n');
  });

  it('shows no secret where it breaks a line that has no end, wherever that is', async () => {
    const secret = 'a-secret-of-the-team';
    for (let before = 65_537 - secret.length; before <= 65_537; before += 1) {
      const process = `p${before}`;
      const log = await open(1_000_000, () => [secret, 'secret-of']);

      await log.copy(process, printed('app', `${'x'.repeat(before)}${secret.slice(0, 7)}`));
      await log.copy(process, printed('app', `${secret.slice(7)} and ${secret}${secret}`));
      await log.flush(process, 'app');

      const shown = (await text()).replaceAll(/\n?\[app\] |\n/g, '');
      expect(shown.replace(/^x+/, ({ length }) => `${length}: `)).toBe(
        `${before}: [redacted] and [redacted][redacted]`,
      );
      await rm(file());
    }
  });

  it('goes on behind what was noted of a flood, when its engine was killed on the way', async () => {
    const flood = `${'x'.repeat(99)}\n`.repeat(5_000);
    const first = await open(10_000_000);
    await first.note('app', 'begins');
    for (let part = 0; part < 5; part += 1) await first.copy('p1', printed('app', flood));

    const next = await open(10_000_000);
    const offset = next.offsetOf('p1');
    expect(offset).toBe(first.notedOffsetOf('p1'));
    await next.copy('p1', printed('app', flood.repeat(5).slice(offset)));

    expect(await text()).toBe(`[app] begins\n${`[app] ${'x'.repeat(99)}\n`.repeat(25_000)}`);
    expect(next.printedBy('p1').chars).toBe(2_500_000);
  });

  it('moves a file that grew too long aside, once', async () => {
    const log = await open(20);

    for (const line of ['one', 'two', 'three', 'four']) await log.note('app', line);

    expect(await readFile(`${file()}.1`, 'utf8')).toBe('[app] one\n[app] two\n[app] three\n');
    expect(await text()).toBe('[app] four\n');
  });

  it('tells the last lines that were printed', async () => {
    const log = await open();

    await log.copy('p1', printed('app', 'line\n'.repeat(5_000)));
    await log.copy('p1', printed('app', 'last'));

    expect(log.printedBy('p1').lastLines).toBe(`${'line\n'.repeat(20)}last`);
  });

  it('reports that it cannot be written, and does not hold hooks up', async () => {
    const errors: unknown[] = [];
    const log = await HookLog.open({
      file: join(folder, 'missing', 'log'),
      positionsFile: join(folder, 'positions.json'),
      onDamage: () => expect.fail('Nothing is damaged.'),
      onError: (error) => errors.push(error),
    });
    await rm(join(folder, 'missing'), { recursive: true });

    await log.note('app', 'one');

    expect(errors).toMatchObject([{ code: 'ENOENT' }]);
  });
});

describe('reading the log', () => {
  it('gives all of it, or the lines of one repository, or nothing when there is none', async () => {
    expect(await collect(readLog({ file: file() }))).toBe('');
    const log = await open();
    for (const name of ['app', 'application', 'app']) await log.note(name, `of ${name}`);

    expect(await collect(readLog({ file: file() }))).toBe(await text());
    expect(await collect(readLog({ file: file(), repo: 'app' }))).toBe('[app] of app\n[app] of app\n');
  });

  it('goes on with what is added, also in a new file', async () => {
    const log = await open(40);
    await log.note('app', 'before');
    const stream = followLog({ file: file(), repo: 'app' });
    const frames: string[] = [];
    stream.on('data', (part) => frames.push(String(part)));
    await expect.poll(() => frames.join('')).toContain('data: [app] before');

    await log.note('web', 'elsewhere, and long enough');
    await log.note('app', 'after');
    await expect
      .poll(() => frames.join(''), { timeout: 5_000 })
      .toContain('event: line\ndata: [app] after\n\n');
    stream.destroy();

    expect(frames.join('')).not.toContain('web');
  });
});

function file(): string {
  return join(folder, 'startHooks.log');
}

function text(): Promise<string> {
  return readFile(file(), 'utf8');
}

function open(rotateBytes = 1_000_000, secrets: () => string[] = () => []): Promise<HookLog> {
  return HookLog.open({
    file: file(),
    positionsFile: join(folder, 'positions.json'),
    onDamage: () => expect.fail('Nothing is damaged.'),
    rotateBytes,
    secrets,
    onError: (error) => {
      throw error;
    },
  });
}

function printed(repoName: string, content: string) {
  return { repoName, bytes: Buffer.from(content) };
}

async function collect(stream: AsyncIterable<unknown>): Promise<string> {
  let all = '';
  for await (const part of stream) all += String(part);
  return all;
}
