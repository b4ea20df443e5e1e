import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { toMermaid } from '../../src/inspector/charts/mermaid.ts';
import { transitionsOf } from '../../src/inspector/charts/transition-id.ts';
import { actorNames, nameOfState } from '../../src/inspector/charts/words.ts';
import { actionsText, eventText, guardText, targetText } from './machine-words.ts';
import { toTable } from './markdown.ts';

const BEGIN = '<!-- generated from the machine by `npm run docs`; do not edit -->';
const END = '<!-- end of the generated part -->';

/** A page about a machine, its generated part replaced by what the machine says now. */
export function renderMachinePage(
  page: string,
  { name, machine }: { name: string; machine: AnyStateMachine },
): string {
  const [before, rest] = cut(page, BEGIN);
  const [, after] = cut(rest, END);
  return `${before}${BEGIN}\n\n${machineReference(name, machine)}\n\n${END}${after}`;
}

function machineReference(name: string, machine: AnyStateMachine): string {
  return [
    '## Diagram',
    `![The statechart](${name}.svg)`,
    '<details><summary>The same as Mermaid</summary>',
    `\`\`\`mermaid\n${toMermaid(machine.root)}\n\`\`\``,
    '</details>',
    '## States',
    statesTable(machine.root),
    '## Transitions',
    'An event that has no row for a state, nor for a state around it, changes nothing there. _stays_: the state is not left.',
    transitionsTable(machine.root),
    ...delaysSection(machine),
  ].join('\n\n');
}

function statesTable(root: AnyStateNode): string {
  const rows = statesBelow(root).map((state) => [
    `\`${nameOfState(state)}\``,
    state.description ?? '',
    state.tags.join(', '),
    actionsText(state.entry),
    actorNames(state)
      .map((actor) => `\`${actor}\``)
      .join(', '),
  ]);
  return toTable(['state', 'what it means', 'tags', 'on entry', 'runs'], rows);
}

function transitionsTable(root: AnyStateNode): string {
  const rows = [root, ...statesBelow(root)]
    .flatMap(transitionsOf)
    .map((transition) => [
      nameOfState(transition.source) === '' ? '_any_' : `\`${nameOfState(transition.source)}\``,
      eventText(transition),
      guardText(transition),
      targetText(transition),
      actionsText(transition.actions),
    ]);
  return toTable(['state', 'event', 'if', 'target', 'actions'], rows);
}

function delaysSection({ implementations }: AnyStateMachine): string[] {
  const rows = Object.entries(implementations.delays).map(([name, delay]) => [
    `\`${name}\``,
    typeof delay === 'function' ? 'computed from the context' : String(delay),
  ]);
  return rows.length === 0
    ? []
    : ['## Time limits', toTable(['limit', 'milliseconds, unless configured'], rows)];
}

export function statesBelow(state: AnyStateNode): AnyStateNode[] {
  return Object.values(state.states).flatMap((child) => [child, ...statesBelow(child)]);
}

function cut(text: string, mark: string): [string, string] {
  const place = text.indexOf(mark);
  if (place === -1) throw new Error(`The page lacks the line ${mark}`);
  return [text.slice(0, place), text.slice(place + mark.length)];
}
