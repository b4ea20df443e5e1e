/**
 * Takes each guard and each action of the statecharts away, one at a time and one place at a time, and lists those that no
 * test of `test/machines/` misses: `npm run mutate -- engine outbox`.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createVitest } from 'vitest/node';
import { MACHINES } from '../../src/inspector/charts/machines.ts';
import { MUTANT_FILE, sitesOf } from './sites.ts';

const names = process.argv.slice(2);
/** What vitest keeps of each run is let go of after so many. */
const RUNS = 20;
let survivors = 0;
for (const name of names.length > 0 ? names : Object.keys(MACHINES)) {
  const machine = MACHINES[name];
  if (machine === undefined) throw new Error(`There is no machine ${name}.`);
  let vitest = await open();
  for (const [index, { title }] of sitesOf(machine.config).entries()) {
    if (index % RUNS === RUNS - 1) {
      await vitest.close();
      vitest = await open();
    }
    const specifications = await vitest.globTestSpecifications([join('test/machines', name)]);
    writeFileSync(MUTANT_FILE, JSON.stringify({ name, index }));
    const { testModules } = await vitest.runTestSpecifications(specifications, true);
    const isMissed = testModules.some((module) => module.state() !== 'passed');
    if (!isMissed) survivors += 1;
    process.stdout.write(`${isMissed ? 'missed  ' : 'SURVIVES'} ${name}: ${title}\n`);
  }
  await vitest.close();
}
process.stdout.write(`${survivors} survive.\n`);

function open() {
  const config = 'test/mutation/charts.vitest.config.ts';
  return createVitest('test', { config, watch: false, reporters: [{}], bail: 1 });
}
