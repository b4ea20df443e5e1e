import type { ChartEdge, ChartState } from './chart.ts';

/** Sizes in pixels. Texts are measured by their length: names are drawn in a sans-serif, the rest in a monospaced font. */
export const HEADER = 28;
export const ROW = 17;
export const PADDING = 12;
const NAME_CHARACTER = 7.8;
const TEXT_CHARACTER = 6.7;

interface Size {
  width: number;
  height: number;
}

export function nameWidthOf({ name }: Pick<ChartState, 'name'>): number {
  return name.length * NAME_CHARACTER;
}

/** Of a state's name and rows. */
export function boxSizeOf({ name, rows }: Pick<ChartState, 'name' | 'rows'>): Size {
  const texts = [nameWidthOf({ name }) + 8, ...rows.map(({ text }) => text.length * TEXT_CHARACTER)];
  const below = rows.length === 0 ? 0 : rows.length * ROW + 8;
  return { width: Math.ceil(Math.max(64, ...texts) + 2 * PADDING), height: HEADER + below };
}

/** Of the texts at an arrow, one below the other. */
export function labelSizeOf({ labels }: Pick<ChartEdge, 'labels'>): Size {
  const width = Math.max(...labels.map(({ text }) => text.length)) * TEXT_CHARACTER;
  return { width: Math.ceil(width + 12), height: labels.length * ROW + 4 };
}
