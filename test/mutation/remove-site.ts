import { readFileSync } from 'node:fs';
import { MACHINES } from '../../src/inspector/charts/machines.ts';
import { MUTANT_FILE, sitesOf } from './sites.ts';

const { name, index } = JSON.parse(readFileSync(MUTANT_FILE, 'utf8')) as { name: string; index: number };
sitesOf(MACHINES[name]?.config ?? {})[index]?.remove();
