import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { transitionIdOf, transitionsOf } from './transition-id.ts';
import { actionNames, actorNames, guardName, nameOfState, wordsOfEvent } from './words.ts';

/** What of a statechart is drawn. */
export interface Chart {
  root: ChartState;
  edges: ChartEdge[];
}

export interface ChartState {
  /** XState's id of the state: `chat.running.working`. */
  id: string;
  name: string;
  /** Where it lies below the root: `running.working`. */
  path: string;
  isFinal: boolean;
  /** One of several that the state around it is in at the same time. */
  isRegion: boolean;
  description: string;
  /** What stands in its box below its name. */
  rows: ChartRow[];
  /** The child that is entered first. */
  initial: string | null;
  /** Where arrows begin that lead from this state to one within it; null when there is none. */
  anywhere: string | null;
  children: ChartState[];
  /** How many states are inside that are not drawn. */
  hidden: number;
}

export interface ChartRow {
  kind: 'entry' | 'exit' | 'invoke' | 'stays' | 'inside';
  text: string;
  /** Of a transition that leaves its state where it is. */
  transition: string | null;
}

/** An arrow, with every way to take it. */
export interface ChartEdge {
  id: string;
  source: string;
  target: string;
  labels: ChartLabel[];
}

export interface ChartLabel {
  /** Several, with a space between, when they read the same. */
  transition: string;
  text: string;
  /** What happens on the way. */
  actions: string[];
}

export function chartOf({ root }: AnyStateMachine): Chart {
  return { root: stateOf(root), edges: edgesBelow(root) };
}

/** A state and all inside, parents before their children. */
export function statesBelow(state: ChartState): ChartState[] {
  return [state, ...state.children.flatMap(statesBelow)];
}

function stateOf(node: AnyStateNode): ChartState {
  return {
    id: node.id,
    name: node.key,
    path: nameOfState(node),
    isFinal: node.type === 'final',
    isRegion: node.parent?.type === 'parallel',
    description: node.description ?? '',
    rows: rowsOf(node),
    initial: node.initial?.target?.[0]?.id ?? null,
    anywhere: transitionsOf(node).some(leadsInside) ? anywhereIn(node) : null,
    children: Object.values(node.states).map(stateOf),
    hidden: 0,
  };
}

function rowsOf(node: AnyStateNode): ChartRow[] {
  const stays = transitionsOf(node).filter(({ target }) => target === undefined);
  return [
    ...actorNames(node).map((actor) => rowOf('invoke', `invoke / ${actor}`)),
    ...actionNames(node.entry).map((action) => rowOf('entry', `entry / ${action}`)),
    ...actionNames(node.exit).map((action) => rowOf('exit', `exit / ${action}`)),
    ...stays.map((transition) => ({
      ...rowOf('stays', labelText(transition)),
      transition: transitionIdOf(transition),
    })),
  ];
}

function rowOf(kind: ChartRow['kind'], text: string): ChartRow {
  return { kind, text, transition: null };
}

function edgesBelow(root: AnyStateNode): ChartEdge[] {
  const edges = new Map<string, ChartEdge>();
  for (const transition of transitionsBelow(root)) {
    for (const target of transition.target ?? []) {
      const id = `${transition.source.id}>${target.id}`;
      const source = leadsInside(transition) ? anywhereIn(transition.source) : transition.source.id;
      const edge = edges.get(id) ?? { id, source, target: target.id, labels: [] };
      edges.set(id, { ...edge, labels: [...edge.labels, labelOf(transition)] });
    }
  }
  return [...edges.values()];
}

function leadsInside({ source, target = [] }: AnyTransitionDefinition): boolean {
  return target.some(({ id }) => id.startsWith(`${source.id}.`));
}

function anywhereIn({ id }: AnyStateNode): string {
  return `${id}:anywhere`;
}

function transitionsBelow(node: AnyStateNode): AnyTransitionDefinition[] {
  return [...transitionsOf(node), ...Object.values(node.states).flatMap(transitionsBelow)];
}

function labelOf(transition: AnyTransitionDefinition): ChartLabel {
  return {
    transition: transitionIdOf(transition),
    text: labelText(transition),
    actions: actionNames(transition.actions),
  };
}

function labelText(transition: AnyTransitionDefinition): string {
  const guard = guardName(transition);
  const words = wordsOfEvent(transition.eventType);
  return guard === null ? words : `${words} [${guard}]`;
}
