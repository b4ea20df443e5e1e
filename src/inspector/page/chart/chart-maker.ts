import Elk from 'elkjs/lib/elk-api.js';
import { createMachine } from 'xstate';
import { chartOf, type Chart } from '../../charts/chart.ts';
import { atLook, compositesOf, type Look } from '../../charts/collapse.ts';
import { layOut } from '../../charts/layout.ts';
import { toSvg } from '../../charts/svg.ts';

const elk = new Elk.default({
  workerFactory: () => new Worker(new URL('./layout-worker.js', import.meta.url), { type: 'module' }),
});

/** The chart of a statechart that is given as its configuration. */
export function readChart(config: object): Chart {
  return chartOf(createMachine(config));
}

/** SVG, laid out beside the page, which takes up to some seconds. */
export async function drawAtLook(chart: Chart, look: Look): Promise<string> {
  const shown = atLook(chart, look);
  return toSvg(shown, await layOut(shown, elk));
}

/** Looks that show less than everything, the fullest first. */
export function coarserLooks(chart: Chart): Look[] {
  const closed = new Set(compositesOf(chart));
  return [
    { detail: 'gist', closed },
    { detail: 'states', closed },
  ];
}
