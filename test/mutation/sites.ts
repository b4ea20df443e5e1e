import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Which site is taken away in the processes that run tests. */
export const MUTANT_FILE = join(tmpdir(), `chart-mutant-${process.env['CHART_MUTANT'] ?? process.pid}.json`);

/** A guard or an action at one place of a statechart, and what takes it away. */
export interface Site {
  title: string;
  remove(): void;
}

type Part = Record<string, unknown>;

/** In the order of the literal. Guards of `always` stay: without one a machine would turn in a circle for ever. */
export function sitesOf(state: object, path = ''): Site[] {
  return Object.entries(state as Part).flatMap(([key, value]) => {
    const at = `${path}/${key}`;
    if (key === 'context' || key === 'input') return [];
    if (key === 'guard' && path.includes('/always')) return [];
    if (key === 'guard') return [siteOf(`${at} ${nameOf(value)}`, () => delete (state as Part)[key])];
    if (key === 'actions' || key === 'entry' || key === 'exit') {
      const actions = [value].flat();
      return actions.map((action, index) =>
        siteOf(`${at} ${nameOf(action)}`, () => ((state as Part)[key] = actions.toSpliced(index, 1))),
      );
    }
    return typeof value === 'object' && value !== null ? sitesOf(value, at) : [];
  });
}

function siteOf(title: string, remove: () => unknown): Site {
  return { title, remove: () => void remove() };
}

function nameOf(part: unknown): string {
  if (typeof part === 'string') return part;
  const { type, params } = part as { type: string; params?: unknown };
  return params === undefined ? type : `${type} ${JSON.stringify(params)}`;
}
