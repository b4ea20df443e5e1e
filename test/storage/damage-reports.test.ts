import { expect, it } from 'vitest';
import { DamageReports } from '../../src/storage/damage-reports.ts';
import type { Damage } from '../../src/storage/set-aside.ts';

const FOLDER: Damage = { file: '/home/history', keptAs: '/home/history.corrupt-1', reason: 'It is a file.' };
const GONE: Damage = { file: '/home/history/chat.jsonl', keptAs: null, reason: 'It is gone.' };
const OTHER: Damage = { file: '/home/history-of-others', keptAs: null, reason: 'It is gone.' };

it('tells what was found before and after somebody listens, in order', () => {
  const { reports, logged, told } = open();
  reports.report(FOLDER);
  reports.tellTo((damage) => told.push(damage));
  reports.report(OTHER);

  expect([logged, told, reports.count]).toEqual([[FOLDER, OTHER], [FOLDER, OTHER], 2]);
});

it('does not name what is gone with the folder, or the thing in its place, that was set aside', () => {
  const { reports, logged } = open();
  for (const damage of [FOLDER, GONE, { ...FOLDER, keptAs: null }, OTHER]) reports.report(damage);

  expect(logged).toEqual([FOLDER, OTHER]);
});

function open() {
  const logged: Damage[] = [];
  return { reports: new DamageReports((damage) => logged.push(damage)), logged, told: [] as Damage[] };
}
