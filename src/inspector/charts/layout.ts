import type { ELK, ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js';
import type { Chart, ChartEdge, ChartState } from './chart.ts';
import { boxSizeOf, HEADER, labelSizeOf, PADDING } from './measures.ts';

/** A chart with a place for everything in it, in pixels from its upper left corner. */
export interface PlacedChart {
  width: number;
  height: number;
  /** By the id of the state. */
  states: ReadonlyMap<string, Box>;
  /** By the id of the edge. */
  edges: ReadonlyMap<string, PlacedEdge>;
  /** Small discs, each with the arrow that leads from it to the state that is entered first. */
  initials: { disc: Box; path: Point[] }[];
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

export interface PlacedEdge {
  path: Point[];
  label: Box | null;
}

const DISC = 8;
const ANYWHERE = { width: 76, height: 22 };

const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.json.shapeCoords': 'ROOT',
  'elk.json.edgeCoords': 'ROOT',
  'elk.randomSeed': '1',
  'elk.spacing.nodeNode': '20',
  'elk.spacing.edgeNode': '12',
  'elk.spacing.edgeEdge': '10',
  'elk.spacing.edgeLabel': '4',
  'elk.layered.spacing.nodeNodeBetweenLayers': '24',
  'elk.layered.spacing.edgeNodeBetweenLayers': '12',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '9',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
};

/** Lays a chart out with the Eclipse Layout Kernel; takes the better part of a second, large ones longer. */
export async function layOut(chart: Chart, elk: Pick<ELK, 'layout'>): Promise<PlacedChart> {
  const request: ElkNode = {
    id: 'chart',
    layoutOptions: { ...OPTIONS, 'elk.padding': '[top=16,left=16,bottom=16,right=16]' },
    children: [toNode(chart.root, null)],
    edges: [...chart.edges.map(toEdge), ...initialEdges(chart.root)],
  };
  const graph: ElkNode = await elk.layout(request);
  const nodes = nodesBelow(graph);
  const edges = new Map(edgesBelow(graph).map((edge) => [edge.id, edge]));
  return {
    width: Math.ceil(graph.width ?? 0),
    height: Math.ceil(graph.height ?? 0),
    states: new Map(nodes.filter(({ id }) => !id.endsWith(INITIAL)).map((node) => [node.id, boxOf(node)])),
    edges: new Map(chart.edges.map(({ id }) => [id, placedEdgeOf(edges.get(id))])),
    initials: nodes
      .filter(({ id }) => id.endsWith(INITIAL))
      .map((node) => ({ disc: boxOf(node), path: pathOf(edges.get(`${node.id}>`)) })),
  };
}

/** The place of the rows of a state that has others inside: arrows lead around it. */
export function noteIdOf({ id }: Pick<ChartState, 'id'>): string {
  return `${id}:note`;
}

const FIRST = { 'elk.layered.layering.layerConstraint': 'FIRST' };
const INITIAL = ':initial';

function toNode(state: ChartState, around: ChartState | null): ElkNode {
  const { width, height } = boxSizeOf(state);
  if (state.children.length === 0) return { id: state.id, width, height };
  const disc = { id: `${state.id}${INITIAL}`, width: DISC, height: DISC, layoutOptions: FIRST };
  const anywhere = { id: state.anywhere ?? '', ...ANYWHERE };
  // No arrow enters the outermost box, so that none crosses what stands at its top.
  const hasNote = around !== null && state.rows.length > 0;
  const note = { id: noteIdOf(state), width, height: height - HEADER, layoutOptions: FIRST };
  const top = (hasNote ? HEADER : height) + PADDING;
  return {
    id: state.id,
    layoutOptions: {
      ...OPTIONS,
      'elk.padding': `[top=${top},left=${PADDING * 1.5},bottom=${PADDING * 1.5},right=${PADDING * 1.5}]`,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${width},${height + HEADER})`,
    },
    children: [
      ...(hasNote ? [note] : []),
      ...(state.initial === null ? [] : [disc]),
      ...(state.anywhere === null ? [] : [anywhere]),
      ...state.children.map((child) => toNode(child, state)),
    ],
  };
}

function toEdge(edge: ChartEdge): ElkExtendedEdge {
  const { width, height } = labelSizeOf(edge);
  const layoutOptions = { 'elk.edgeLabels.inline': 'true' };
  const label = { id: `${edge.id}:label`, text: edge.id, width, height, layoutOptions };
  return {
    id: edge.id,
    sources: [edge.source],
    targets: [edge.target],
    labels: edge.labels.some(({ text }) => text !== '') ? [label] : [],
  };
}

function initialEdges({ id, initial, children }: ChartState): ElkExtendedEdge[] {
  const disc = `${id}${INITIAL}`;
  const own = initial === null ? [] : [{ id: `${disc}>`, sources: [disc], targets: [initial] }];
  return [...own, ...children.flatMap(initialEdges)];
}

function nodesBelow({ children = [] }: ElkNode): ElkNode[] {
  return children.flatMap((child) => [child, ...nodesBelow(child)]);
}

function edgesBelow({ edges = [], children = [] }: ElkNode): ElkExtendedEdge[] {
  return [...edges, ...children.flatMap(edgesBelow)];
}

function placedEdgeOf(edge: ElkExtendedEdge | undefined): PlacedEdge {
  const label = edge?.labels?.[0];
  return { path: pathOf(edge), label: label === undefined ? null : boxOf(label) };
}

function pathOf(edge: ElkExtendedEdge | undefined): Point[] {
  return (edge?.sections ?? []).flatMap(({ startPoint, bendPoints = [], endPoint }) =>
    [startPoint, ...bendPoints, endPoint].map(({ x, y }) => ({ x: rounded(x), y: rounded(y) })),
  );
}

function boxOf({ x = 0, y = 0, width = 0, height = 0 }: Partial<Box>): Box {
  return { x: rounded(x), y: rounded(y), width: rounded(width), height: rounded(height) };
}

/** To a tenth of a pixel. */
export function rounded(length: number): number {
  return Math.round(length * 10) / 10;
}
