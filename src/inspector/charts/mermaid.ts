import type { AnyStateNode } from 'xstate';
import { transitionsOf } from './transition-id.ts';
import { actorNames, guardName, nameOfState, wordsOfEvent } from './words.ts';

/** Straight arrows with room between them: Mermaid puts a label in the middle of its arrow, whatever is there. */
const HEAD = `---
config:
  flowchart:
    curve: linear
  state:
    nodeSpacing: 80
    rankSpacing: 80
---
stateDiagram-v2`;

/**
 * A statechart as a Mermaid `stateDiagram-v2`. Transitions that lead back to where they begin stand in the table only. No arrow
 * touches the frame of a composite state, where Mermaid puts labels on top of each other: it leaves a node within that
 * stands for all of its states, and leads to the state that is entered first.
 */
export function toMermaid(root: AnyStateNode): string {
  return [HEAD, ...statesWithin(root, '  '), ...edgesBelow(root)].join('\n');
}

/** States are declared before edges name them, so that each is drawn inside its parent. */
function statesWithin(state: AnyStateNode, indent: string): string[] {
  const initial = state.initial?.target?.[0];
  const declared = Object.values(state.states).map((child) => declaration(child, indent));
  const between = state.type === 'parallel' ? [`${indent}--`] : [];
  return [
    ...declared.flatMap((lines, index) => (index === 0 ? lines : [...between, ...lines])),
    ...(arrowsFrom(state).length === 0 ? [] : [`${indent}state "in any state" as ${sourceOf(state)}`]),
    ...(initial === undefined ? [] : [`${indent}[*] --> ${idOf(entryOf(initial))}`]),
  ];
}

function declaration(state: AnyStateNode, indent: string): string[] {
  const title = `${indent}state "${labelOf(state)}" as ${idOf(state)}`;
  const end = state.type === 'final' ? [`${indent}${idOf(state)} --> [*]`] : [];
  if (isAtomic(state)) return [title, ...end];
  return [`${title} {`, ...statesWithin(state, `${indent}  `), `${indent}}`];
}

function isAtomic({ states }: AnyStateNode): boolean {
  return Object.keys(states).length === 0;
}

function labelOf(state: AnyStateNode): string {
  return [state.key, ...actorNames(state).map((actor) => `runs ${actor}`)].join(', ');
}

/** One arrow for each pair of states, with every way to take it. */
function edgesBelow(root: AnyStateNode): string[] {
  const arrows = new Map<string, string[]>();
  for (const { arrow, label } of edgesOf(root)) arrows.set(arrow, [...(arrows.get(arrow) ?? []), label]);
  return [...arrows].map(([arrow, labels]) => `  ${arrow} : ${labels.join('<br/>')}`);
}

interface Edge {
  arrow: string;
  label: string;
}

function edgesOf(state: AnyStateNode): Edge[] {
  return [...arrowsFrom(state), ...Object.values(state.states).flatMap(edgesOf)];
}

function arrowsFrom(state: AnyStateNode): Edge[] {
  return transitionsOf(state).flatMap((transition) => {
    const guard = guardName(transition);
    const words = wordsOfEvent(transition.eventType);
    const label = guard === null ? words : `${words}<br/>[${guard}]`;
    const targets = (transition.target ?? []).filter((target) => target !== state);
    return targets.map((target) => ({ arrow: `${sourceOf(state)} --> ${idOf(entryOf(target))}`, label }));
  });
}

function sourceOf(state: AnyStateNode): string {
  return isAtomic(state) ? idOf(state) : [...state.path, 'anywhere'].join('_');
}

/** Where one gets to who enters a state. */
function entryOf(state: AnyStateNode): AnyStateNode {
  const initial = state.initial?.target?.[0];
  return initial === undefined ? state : entryOf(initial);
}

function idOf(state: AnyStateNode): string {
  return nameOfState(state).replaceAll('.', '_');
}
