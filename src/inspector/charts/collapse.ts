import { statesBelow, type Chart, type ChartEdge, type ChartLabel, type ChartState } from './chart.ts';

/** How much of a chart is drawn: all of it; its states with one label at each arrow; states and arrows alone. */
export type Detail = 'all' | 'gist' | 'states';

export interface Look {
  detail: Detail;
  /** The paths of states that are drawn without what is inside. */
  closed: ReadonlySet<string>;
}

export function atLook(chart: Chart, { detail, closed }: Look): Chart {
  const shown = closed.size === 0 ? chart : collapse(chart, closed);
  return detail === 'all' ? shown : reduce(shown, detail);
}

/** The paths of all states with others inside, but for the root, of which nothing would be left. */
export function compositesOf({ root }: Chart): string[] {
  return statesBelow(root).flatMap(({ path, children }) =>
    path !== '' && children.length > 0 ? [path] : [],
  );
}

/** Arrows from and to what is inside end at the state around it. */
function collapse(chart: Chart, closed: ReadonlySet<string>): Chart {
  const shownAs = new Map<string, string>();
  const root = closeWithin(chart.root, closed, (hidden, shown) => {
    shownAs.set(hidden.id, shown.id);
    if (hidden.anywhere !== null) shownAs.set(hidden.anywhere, shown.id);
  });
  const edges = chart.edges.flatMap((edge): ChartEdge[] => {
    const source = shownAs.get(edge.source) ?? edge.source;
    const target = shownAs.get(edge.target) ?? edge.target;
    const isInside = source === target && edge.source !== edge.target;
    return isInside ? [] : [{ ...edge, id: `${source}>${target}`, source, target }];
  });
  return { root, edges: merged(edges) };
}

type Hide = (hidden: ChartState, shown: ChartState) => void;

function closeWithin(state: ChartState, closed: ReadonlySet<string>, hide: Hide): ChartState {
  if (!closed.has(state.path))
    return { ...state, children: state.children.map((child) => closeWithin(child, closed, hide)) };
  const all = statesBelow(state);
  for (const each of all) hide(each, state);
  const hidden = all.length - 1;
  const rows = [{ kind: 'inside' as const, text: `▸ ${hidden} states`, transition: null }];
  return { ...state, hidden, rows, children: [], initial: null, anywhere: null };
}

/** Arrows between the same two states are one, labels that read the same as well. */
function merged(edges: readonly ChartEdge[]): ChartEdge[] {
  const byId = new Map<string, ChartEdge>();
  for (const edge of edges) {
    const labels = [...(byId.get(edge.id)?.labels ?? []), ...edge.labels];
    byId.set(edge.id, { ...edge, labels });
  }
  return [...byId.values()].map((edge) => ({ ...edge, labels: mergedLabels(edge.labels) }));
}

function mergedLabels(labels: readonly ChartLabel[]): ChartLabel[] {
  const texts = [...new Set(labels.map(({ text }) => text))];
  return texts.map((text) => {
    const same = labels.filter((label) => label.text === text);
    return { ...oneFor(same), text, actions: [...new Set(same.flatMap(({ actions }) => actions))] };
  });
}

/** What states do in themselves is left out, and of an arrow's labels all but the first, or all. */
function reduce({ root, edges }: Chart, detail: 'gist' | 'states'): Chart {
  return {
    root: withoutRows(root),
    edges: edges.map((edge) => ({ ...edge, labels: reducedLabels(edge.labels, detail) })),
  };
}

function withoutRows(state: ChartState): ChartState {
  const rows = state.rows.filter(({ kind }) => kind === 'inside');
  return { ...state, rows, children: state.children.map(withoutRows) };
}

function reducedLabels(labels: readonly ChartLabel[], detail: 'gist' | 'states'): ChartLabel[] {
  const [first] = labels;
  if (first === undefined || (labels.length === 1 && detail === 'gist')) return [...labels];
  const gist = `${first.text.replace(/ \[.*$/, '')} + ${labels.length - 1}`;
  return [{ ...oneFor(labels), text: detail === 'gist' ? gist : '' }];
}

/** Stands for several: says which they are to whoever points at it. */
function oneFor(labels: readonly ChartLabel[]): ChartLabel {
  return {
    transition: labels.map(({ transition }) => transition).join(' '),
    text: '',
    actions: labels.map(({ text }) => text),
  };
}
