import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawMachine } from '../../src/inspector/charts/draw.ts';
import { MACHINES } from '../../src/inspector/charts/machines.ts';
import { renderMachinePage } from './machine-docs.ts';
import type { Page } from './pages.ts';

/** Pages written by hand, each with a part that is made from its machine. */
export const MACHINE_PAGES: Page[] = Object.entries(MACHINES).map(([name, machine]) => {
  const file = join('machines', `${name}.md`);
  const read = () => readFileSync(join('docs', file), 'utf8');
  return { file, render: () => renderMachinePage(read(), { name, machine }) };
});

/** The same machines, drawn. */
export const MACHINE_DRAWINGS: Page[] = Object.entries(MACHINES).map(([name, machine]) => ({
  file: join('machines', `${name}.svg`),
  render: () => drawMachine(machine),
}));
