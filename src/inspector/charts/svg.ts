import {
  statesBelow,
  type Chart,
  type ChartEdge,
  type ChartLabel,
  type ChartRow,
  type ChartState,
} from './chart.ts';
import { noteIdOf, rounded, type Box, type PlacedChart, type PlacedEdge, type Point } from './layout.ts';
import { HEADER, nameWidthOf, PADDING, ROW } from './measures.ts';
import { nameStart } from './name-start.ts';

/** How far corners of arrows are rounded, in pixels. */
const BEND = 6;

/**
 * A chart as SVG that stands by itself, light or dark as its reader prefers. A page that shows it finds states by
 * `data-state` and transitions by `data-transition`.
 */
export function toSvg(chart: Chart, placed: PlacedChart): string {
  const { width, height } = placed;
  const paths = [...placed.edges.values()].map(({ path }) => path);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(`Statechart of ${chart.root.name}`)}">`,
    `<style>${CHART_STYLE}</style>`,
    MARKER,
    `<rect class="paper" width="${width}" height="${height}"/>`,
    ...statesBelow(chart.root).map((state) => drawState(state, placed, paths)),
    ...placed.initials.map(drawInitial),
    ...chart.edges.map((edge) => drawPath(edge, placed.edges.get(edge.id))),
    ...chart.edges.map((edge) => drawLabels(edge, placed.edges.get(edge.id))),
    '</svg>',
    '',
  ].join('\n');
}

const MARKER =
  '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path class="head" d="M0 0.8 7.2 4 0 7.2Z"/></marker></defs>';

function drawState(state: ChartState, { states }: PlacedChart, paths: readonly Point[][]): string {
  const box = states.get(state.id);
  if (box === undefined) return '';
  const kind = kindOf(state);
  const isCompound = kind === 'compound';
  const { x, y } = box;
  const rule = HEADER + y;
  const note = states.get(noteIdOf(state)) ?? { ...box, y: rule };
  const nameX = isCompound ? nameStart(box, nameWidthOf(state), paths) : x + PADDING;
  return [
    `<g class="state ${kind}${state.isRegion ? ' region' : ''}" id="state:${escaped(state.id)}" data-state="${escaped(state.path)}">`,
    ...(state.description === '' ? [] : [`<title>${escaped(state.description)}</title>`]),
    drawBox(box, { className: 'box', radius: 8, inset: 0 }),
    ...(state.isFinal ? [drawBox(box, { className: 'inner', radius: 5.5, inset: 3 })] : []),
    `<text class="name" x="${nameX}" y="${y + 18.5}">${escaped(state.name)}</text>`,
    ...(state.rows.length === 0 && !isCompound
      ? []
      : [`<path class="rule" d="M${x} ${rule}H${x + box.width}"/>`]),
    ...drawAnywhere(state, states),
    ...state.rows.map((row, index) =>
      drawRow(row, { x: note.x + PADDING, y: note.y + ROW * index + 4 }, note.width - 2 * PADDING),
    ),
    '</g>',
  ].join('');
}

function kindOf({ children, hidden, isFinal }: ChartState): string {
  if (children.length > 0) return 'compound';
  return hidden > 0 ? 'closed' : isFinal ? 'final' : 'atomic';
}

function drawAnywhere({ anywhere }: ChartState, places: ReadonlyMap<string, Box>): string[] {
  const box = anywhere === null ? undefined : places.get(anywhere);
  if (box === undefined) return [];
  const ground = drawBox(box, { className: 'anywhere', radius: box.height / 2, inset: 0 });
  return [`${ground}<text class="anywhere" x="${box.x + 11}" y="${box.y + 15}">any state</text>`];
}

function drawBox(
  { x, y, width, height }: Box,
  { className, radius, inset }: { className: string; radius: number; inset: number },
): string {
  return `<rect class="${className}" x="${x + inset}" y="${y + inset}" width="${width - 2 * inset}" height="${height - 2 * inset}" rx="${radius}"/>`;
}

function drawRow({ kind, text, transition }: ChartRow, { x, y }: Point, width: number): string {
  const mark = transition === null ? '' : ` data-transition="${escaped(transition)}"`;
  const ground =
    transition === null ? '' : `<rect x="${x - 4}" y="${y}" width="${width + 8}" height="${ROW}" rx="3"/>`;
  return `<g class="row ${kind}"${mark}>${ground}<text x="${x}" y="${y + 12.5}">${escaped(text)}</text></g>`;
}

function drawInitial({ disc, path }: PlacedChart['initials'][number]): string {
  const radius = disc.width / 2;
  return `<g class="initial"><circle cx="${disc.x + radius}" cy="${disc.y + radius}" r="${radius}"/><path d="${lineOf(path)}" marker-end="url(#head)"/></g>`;
}

function drawPath({ id, labels }: ChartEdge, edge: PlacedEdge | undefined): string {
  if (edge === undefined) return '';
  const transitions = labels.map(({ transition }) => transition).join(' ');
  return `<path class="edge" id="edge:${escaped(id)}" data-transitions="${escaped(transitions)}" d="${lineOf(edge.path)}" marker-end="url(#head)"/>`;
}

function drawLabels({ labels }: ChartEdge, edge: PlacedEdge | undefined): string {
  const box = edge?.label;
  if (box === undefined || box === null) return '';
  return [
    '<g class="labels">',
    drawBox(box, { className: 'ground', radius: 4, inset: 0 }),
    ...labels.map((label, index) => drawLabel(label, { ...box, y: box.y + 2 + ROW * index })),
    '</g>',
  ].join('');
}

function drawLabel({ transition, text, actions }: ChartLabel, { x, y, width }: Box): string {
  const title = actions.length === 0 ? '' : `<title>${escaped(`does ${actions.join(', ')}`)}</title>`;
  return `<g class="label" id="transition:${escaped(transition)}" data-transition="${escaped(transition)}">${title}<rect x="${x}" y="${y}" width="${width}" height="${ROW}" rx="3"/><text x="${x + 6}" y="${y + 12.5}">${escaped(text)}</text></g>`;
}

/** A line through points, its corners rounded. */
function lineOf(points: readonly Point[]): string {
  return points
    .map((point, index) => {
      const [before, after] = [points[index - 1], points[index + 1]];
      if (before === undefined) return `M${point.x} ${point.y}`;
      if (after === undefined) return `L${point.x} ${point.y}`;
      const [from, to] = [towards(point, before), towards(point, after)];
      return `L${from.x} ${from.y}Q${point.x} ${point.y} ${to.x} ${to.y}`;
    })
    .join('');
}

function towards(point: Point, other: Point): Point {
  const [dx, dy] = [other.x - point.x, other.y - point.y];
  const length = Math.hypot(dx, dy);
  const share = length === 0 ? 0 : Math.min(BEND, length / 2) / length;
  return { x: rounded(point.x + dx * share), y: rounded(point.y + dy * share) };
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** How a chart looks by itself, on a page or in an editor. */
const CHART_STYLE = `
.chart{--paper:#fff;--ink:#18181b;--dim:#71717a;--line:#d4d4d8;--box:#fafafa;--inside:#f4f4f5;--edge:#a1a1aa}
@media (prefers-color-scheme:dark){.chart{--paper:#0a0a0b;--ink:#ededef;--dim:#a1a1aa;--line:#3f3f46;--box:#18181b;--inside:#111113;--edge:#71717a}}
.paper{fill:var(--paper)}.box{fill:var(--box);stroke:var(--line)}.compound>.box{fill:var(--inside)}
.region>.box{stroke:var(--edge);stroke-dasharray:6 4}
.inner{fill:none;stroke:var(--line)}.rule{stroke:var(--line);fill:none}
text{font:11px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:var(--dim)}
.name{font:600 13px ui-sans-serif,system-ui,-apple-system,"Segoe UI",sans-serif;fill:var(--ink)}
rect.anywhere{fill:var(--box);stroke:var(--edge);stroke-dasharray:3 3}
.row.invoke text{fill:var(--ink)}.row rect,.label rect{fill:none}.labels .ground{fill:var(--paper)}
.compound~.labels .ground{fill:var(--inside)}
.label text{fill:var(--ink)}.edge,.initial path{fill:none;stroke:var(--edge);stroke-width:1.2}
.head{fill:var(--edge)}.initial circle{fill:var(--edge)}
`;
