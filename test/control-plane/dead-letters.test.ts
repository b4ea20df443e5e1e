import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { keepDeadLetters } from '../../src/control-plane/dead-letters.ts';
import { createEngineStorage } from '../../src/storage/atomic-files.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { webhook } from '../support/start-outbox.ts';

const NOW = new Date('2026-01-02T03:04:05.678Z');
const LETTER = { event: webhook('1'), reason: 'It answered 400.' };

it('appends one line for each event, in a file only its owner reads', async () => {
  const base = await temporaryFolder();
  const { files } = createEngineStorage({ base });
  const file = join(base, 'engine', 'dead-letters.jsonl');

  await keepDeadLetters(files, { letters: [LETTER], now: NOW });
  await keepDeadLetters(files, { letters: [LETTER], now: NOW });

  const line = `${JSON.stringify({ at: NOW.toISOString(), reason: 'It answered 400.', event: webhook('1') })}\n`;
  expect(await readFile(file, 'utf8')).toBe(line.repeat(2));
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

it('begins a new file when one holds 8 MiB, and keeps the last full one', async () => {
  const base = await temporaryFolder();
  const { files } = createEngineStorage({ base });
  await keepDeadLetters(files, { letters: [LETTER], now: NOW });
  await writeFile(join(base, 'engine', 'dead-letters.jsonl'), Buffer.alloc(8 << 20, '\n'));

  await keepDeadLetters(files, { letters: [LETTER], now: NOW });
  expect(await readdir(join(base, 'engine'))).toEqual(['dead-letters.jsonl.1']);
  await keepDeadLetters(files, { letters: [LETTER], now: NOW });

  expect((await readdir(join(base, 'engine'))).toSorted()).toEqual([
    'dead-letters.jsonl',
    'dead-letters.jsonl.1',
  ]);
});
