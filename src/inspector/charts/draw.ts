import type { AnyStateMachine } from 'xstate';
import { chartOf } from './chart.ts';
import { layOut } from './layout.ts';
import { toSvg } from './svg.ts';

/** A statechart as SVG: `always`, `after`, invoked actors and guards included. */
export async function drawMachine(machine: AnyStateMachine): Promise<string> {
  // Loaded when something is drawn: it is large, and a running engine has its drawings from files.
  const { default: Elk } = await import('elkjs/lib/elk.bundled.js');
  const chart = chartOf(machine);
  return toSvg(chart, await layOut(chart, new Elk.default()));
}
