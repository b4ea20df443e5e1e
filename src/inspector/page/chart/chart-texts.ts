import { z } from 'zod';
import type { EngineClient } from '../../../client/client.ts';
import type { Chart } from '../../charts/chart.ts';
import type { Look } from '../../charts/collapse.ts';

/** Everything: as the engine has it drawn. */
export const WHOLE: Look = { detail: 'all', closed: new Set() };

/** More than anybody looks at in a row; the oldest go first. */
const MOST_KEPT = 40;

const texts = new Map<string, Promise<string>>();
const charts = new Map<string, Promise<Chart>>();

/** A statechart as SVG. */
export function loadText(client: EngineClient, machine: string, look: Look): Promise<string> {
  const isWhole = look.detail === 'all' && look.closed.size === 0;
  const key = [machine, look.detail, ...[...look.closed].toSorted()].join(' ');
  const load = () => (isWhole ? client.actors.drawing(machine) : drawHere(client, machine, look));
  const [oldest] = texts.keys();
  if (texts.size > MOST_KEPT && oldest !== undefined) texts.delete(oldest);
  return remember(texts, key, load);
}

/** Looks that show less than everything, the fullest first. */
export async function loadCoarserLooks(client: EngineClient, machine: string): Promise<Look[]> {
  const [{ coarserLooks }, chart] = await Promise.all([loadMaker(), loadChart(client, machine)]);
  return coarserLooks(chart);
}

async function drawHere(client: EngineClient, machine: string, look: Look): Promise<string> {
  const [{ drawAtLook }, chart] = await Promise.all([loadMaker(), loadChart(client, machine)]);
  return drawAtLook(chart, look);
}

const ConfigSchema = z.looseObject({ id: z.string() });

function loadChart(client: EngineClient, machine: string): Promise<Chart> {
  return remember(charts, machine, async () => {
    const path = `/machines/${machine}`;
    const reading = client.call({ method: 'GET', path, schema: ConfigSchema, isRepeatable: true });
    const [{ readChart }, config] = await Promise.all([loadMaker(), reading]);
    return readChart(config);
  });
}

/** Large, and needed by few. */
function loadMaker() {
  return import('./chart-maker.ts');
}

/** What failed is tried again the next time. */
function remember<Value>(known: Map<string, Promise<Value>>, key: string, load: () => Promise<Value>) {
  const value = known.get(key) ?? load();
  known.set(key, value);
  value.catch(() => known.delete(key));
  return value;
}
