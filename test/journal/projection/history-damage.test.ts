import { readFile, rm, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../storage/temporary-folder.ts';
import { idOf, open, retold, said } from './open-test-history.ts';

const ALL = Array.from({ length: 12 }, (_, index) => String(index + 1));
const NUMBERS = ALL.map(Number);
const FIRST_PAGE = { limit: 100, offset: 0 };

/** What happens to a history of twelve lines, by what its lines become; null removes the file. */
const DAMAGES: Record<string, (lines: string[]) => string | null> = {
  'a flipped bit in a text': (lines) => lines.with(5, lines[5]!.replace('"text":"6"', '"text":"7"')).join(''),
  'a flipped bit in a number': (lines) =>
    lines.with(5, lines[5]!.replace('000000000006', '000000000016')).join(''),
  'a line that is no JSON': (lines) => lines.with(5, '{"n":"000000000006","id":"oops"\n').join(''),
  'zeros over a line': (lines) => lines.with(5, '\0'.repeat(lines[5]!.length - 1) + '\n').join(''),
  'zeros over lines': (lines) => lines.toSpliced(3, 4, '\0'.repeat(500)).join(''),
  'zeros at the beginning': (lines) => lines.with(0, '\0'.repeat(lines[0]!.length)).join(''),
  'zeros at the end': (lines) => lines.with(-1, '\0'.repeat(lines.at(-1)!.length)).join(''),
  'a lost newline': (lines) => lines.with(5, lines[5]!.trimEnd()).join(''),
  'a line in between': (lines) => lines.toSpliced(5, 0, 'not yours\n').join(''),
  'lines that are gone': (lines) => lines.toSpliced(4, 3).join(''),
  'lines that are there twice': (lines) => lines.toSpliced(4, 0, lines[3]!, lines[4]!).join(''),
  'a cut inside of a line': (lines) => lines.join('').slice(0, lines.slice(0, 7).join('').length + 30),
  'a cut between two lines': (lines) => lines.slice(0, 7).join(''),
  'nothing in it': () => '',
  'nothing there': () => null,
};

describe('a damaged history', () => {
  it.each(Object.entries(DAMAGES))('with %s is whole again, as the log tells it', async (_, damage) => {
    const { reopened, file, damaged } = await openDamaged(damage, NUMBERS);

    expect((await reopened.texts(FIRST_PAGE)).texts).toEqual(ALL);
    expect(reopened.damages).toMatchObject([{ file, reason: expect.stringMatching(/, 0 are lost\.$/) }]);
    const { keptAs } = reopened.damages[0]!;
    expect(keptAs === null ? null : await readFile(keptAs, 'utf8')).toBe(damaged);
    expect((await reopened.texts({ limit: 3, offset: 5 })).texts).toEqual(['5', '6', '7']);
    expect(reopened.damages).toHaveLength(1);
  });

  it.each(Object.entries(DAMAGES))(
    'with %s keeps its whole lines, and says which are lost',
    async (_, damage) => {
      const { reopened } = await openDamaged(damage, []);

      const { texts, total } = await reopened.texts(FIRST_PAGE);

      expect(total).toBe(12);
      expect(texts).toEqual(ALL.map((text, at) => (texts[at] === 'history-gap' ? 'history-gap' : text)));
      expect(reopened.damages).toHaveLength(1);
    },
  );

  it('takes what the log does not go back to for lost, and the rest from the log', async () => {
    const { reopened } = await openDamaged(() => null, [9, 10, 11, 12]);

    expect((await reopened.texts(FIRST_PAGE)).texts).toEqual([
      ...Array.from({ length: 8 }, () => 'history-gap'),
      '9',
      '10',
      '11',
      '12',
    ]);
  });

  it('goes on behind what was rebuilt, each event once', async () => {
    const { reopened } = await openDamaged(DAMAGES['zeros over lines']!, NUMBERS);
    for (const n of [11, 12]) reopened.history.append('chat', idOf(n), [said(String(n))]);
    reopened.history.append('chat', idOf(13), [said('13')]);
    const reading = reopened.texts(FIRST_PAGE);
    reopened.history.append('chat', idOf(14), [said('14')]);

    await reading;

    expect((await reopened.texts(FIRST_PAGE)).texts).toEqual([...ALL, '13', '14']);
  });

  it('is read as older engines wrote it, without checksums', async () => {
    const older = (lines: string[]) => lines.map((line) => line.replace(/"sum":"\w+",/, '')).join('');
    const { reopened } = await openDamaged(older, []);

    expect((await reopened.texts(FIRST_PAGE)).texts).toEqual(ALL);
    expect(reopened.damages).toEqual([]);
  });
});

async function openDamaged(damage: (lines: string[]) => string | null, known: readonly number[]) {
  const base = await temporaryFolder();
  const first = await open({ base });
  for (const n of NUMBERS) first.history.append('chat', idOf(n), [said(String(n))]);
  await first.history.close();
  const { marks } = first.history;
  const lines = (await readFile(first.file, 'utf8')).match(/.*\n/g) ?? [];
  const damaged = damage(lines);
  if (damaged === null) await rm(first.file);
  else await writeFile(first.file, damaged);
  const reopened = await open({
    base,
    marks,
    replayedUntil: idOf(12),
    retell: () => Promise.resolve(retold(known)),
  });
  return { reopened, file: first.file, damaged };
}
