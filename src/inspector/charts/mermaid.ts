import type { AnyStateNode } from 'xstate';
import { transitionsOf } from './transition-id.ts';
import { actorNames, eventWords, guardName, nameOfState } from './words.ts';

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

/** A statechart as a Mermaid `stateDiagram-v2`. Transitions that lead back to where they begin stand in the table only. */
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
    ...(initial === undefined ? [] : [`${indent}[*] --> ${idOf(initial)}`]),
  ];
}

function declaration(state: AnyStateNode, indent: string): string[] {
  const title = `${indent}state "${labelOf(state)}" as ${idOf(state)}`;
  const end = state.type === 'final' ? [`${indent}${idOf(state)} --> [*]`] : [];
  if (Object.keys(state.states).length === 0) return [title, ...end];
  return [`${title} {`, ...statesWithin(state, `${indent}  `), `${indent}}`];
}

function labelOf(state: AnyStateNode): string {
  return [state.key, ...actorNames(state).map((actor) => `runs ${actor}`)].join(', ');
}

/** One arrow for each pair of states, with every way to take it. */
function edgesBelow(root: AnyStateNode): string[] {
  const arrows = new Map<string, string[]>();
  for (const { source, target, label } of edgesOf(root)) {
    const arrow = `${source} --> ${target}`;
    arrows.set(arrow, [...(arrows.get(arrow) ?? []), label]);
  }
  const anywhere = [...arrows.keys()].some((arrow) => arrow.startsWith(`${ANYWHERE} `));
  return [
    ...(anywhere ? [`  state "in any state" as ${ANYWHERE}`] : []),
    ...[...arrows].map(([arrow, labels]) => `  ${arrow} : ${labels.join('<br/>')}`),
  ];
}

const ANYWHERE = 'anywhere';

function edgesOf(state: AnyStateNode): { source: string; target: string; label: string }[] {
  const own = transitionsOf(state).flatMap((transition) => {
    const guard = guardName(transition);
    const label = guard === null ? eventWords(transition) : `${eventWords(transition)}<br/>[${guard}]`;
    const source = nameOfState(state) === '' ? ANYWHERE : idOf(state);
    const targets = (transition.target ?? []).map(idOf).filter((target) => target !== source);
    return targets.map((target) => ({ source, target, label }));
  });
  return [...own, ...Object.values(state.states).flatMap(edgesOf)];
}

function idOf(state: AnyStateNode): string {
  return nameOfState(state).replaceAll('.', '_');
}
