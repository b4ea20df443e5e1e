import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { appendInput, completeInput, measureInput } from '../../../src/processes/input.ts';
import { filesOf } from '../../../src/processes/run.ts';
import { freeSpace } from '../../../src/processes/spool.ts';
import { launchShell, readAll, temporaryFolder } from './support.ts';

const UNTIL_END = 'while read line; do [ "$line" = end ] && exit 0; echo "got $line"; done';

describe('the input of a run', () => {
  it('is there before the process starts', async () => {
    const run = await launchShell(UNTIL_END, { stdin: Buffer.from('first\nend\n') });
    expect(await readAll(run)).toEqual({ lines: ['got first'], end: { isOver: true, exitCode: 0 } });
  });

  it('takes more while the process runs', async () => {
    const run = await launchShell(UNTIL_END, { stdin: Buffer.from('first\n') });
    await appendInput(run, { bytes: Buffer.from('second\nend\n'), offset: 6 });
    expect((await readAll(run)).lines).toEqual(['got first', 'got second']);
  });

  it.each([
    { found: 'torn', kept: 3 },
    { found: 'absent', kept: 0 },
    { found: 'whole', kept: 11 },
  ] as const)('is completed once when a line is $found', async ({ kept }) => {
    const bytes = Buffer.from('second\nend\n');
    const run = await launchShell(UNTIL_END, {
      stdin: Buffer.concat([Buffer.from('first\n'), bytes.subarray(0, kept)]),
    });
    expect(await completeInput(run, { bytes, offset: 6 })).toBe(true);
    expect(await readFile(filesOf(run).stdin, 'utf8')).toBe('first\nsecond\nend\n');
    expect((await readAll(run)).lines).toEqual(['got first', 'got second']);
  });

  it('has the line that is not freed begin where it did, also at a whole block', async () => {
    const file = join(await temporaryFolder(), 'stdin');
    const before = 2 << 20;
    await writeFile(file, `${'x'.repeat(before - 1)}\nnext\n`);

    expect(await freeSpace(file, { from: 0, before })).toBeGreaterThan(before / 2);

    expect((await readFile(file, 'utf8')).split('\n').slice(1)).toEqual(['next', '']);
  });

  it('is left alone when something else stands there', async () => {
    const run = await launchShell(UNTIL_END, { stdin: Buffer.from('first\nother\n') });
    expect(await completeInput(run, { bytes: Buffer.from('second\n'), offset: 6 })).toBe(false);
    expect(await completeInput(run, { bytes: Buffer.from('second\n'), offset: 60 })).toBe(false);
    expect(await readFile(filesOf(run).stdin, 'utf8')).toBe('first\nother\n');
  });

  it('tells whether it ends with a whole line', async () => {
    const run = await launchShell(UNTIL_END, { stdin: Buffer.from('one\n') });
    expect(await measureInput(run)).toEqual({ size: 4, isWholeLines: true });
    await appendFile(filesOf(run).stdin, 'tw');
    expect(await measureInput(run)).toEqual({ size: 6, isWholeLines: false });
    await truncate(filesOf(run).stdin, 0);
    expect(await measureInput(run)).toEqual({ size: 0, isWholeLines: true });
  });
});
