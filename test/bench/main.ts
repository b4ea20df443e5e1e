/** `npm run bench`: every number beside a baseline of the same run. Names of suites as arguments choose among them. */
import { availableParallelism, loadavg } from 'node:os';
import type { BenchRow } from './row.ts';

const SUITES = [
  'engine',
  'journal',
  'fan-out',
  'history',
  'repositories',
  'large-repositories',
  'hooks',
  'scale',
  'inspector',
  'mirror',
  'mirrored-engine',
  'restore',
  'archive',
];

const chosen = process.argv.length > 2 ? process.argv.slice(2) : SUITES;
console.log(`Node ${process.version}, ${availableParallelism()} cores, load before ${loadOfMachine()}\n`);
console.log('| what | measured | baseline | ratio | goal |\n| --- | --- | --- | --- | --- |');
for (const suite of chosen) {
  const { run } = (await import(`./${suite}.ts`)) as { run: () => Promise<BenchRow[]> };
  for (const row of await run()) console.log(toLine(row));
}
console.log(`\nload behind ${loadOfMachine()}`);

function loadOfMachine(): string {
  return loadavg()
    .map((load) => load.toFixed(1))
    .join(', ');
}

function toLine({ name, value, unit, baseline, ratio, goal }: BenchRow): string {
  const measured = `${toText(value)} ${unit}`;
  return `| ${name} | ${measured} | ${toText(baseline.value)} ${unit} (${baseline.name}) | ${ratio.toFixed(2)} | ${goal ?? ''} |`;
}

function toText(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : 0 });
}
