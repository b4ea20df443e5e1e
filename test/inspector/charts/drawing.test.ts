import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AnyStateNode } from 'xstate';
import { MACHINES } from '../../../src/inspector/charts/machines.ts';
import { transitionIdOf, transitionsOf } from '../../../src/inspector/charts/transition-id.ts';

describe.each(Object.entries(MACHINES))('the drawing of the %s machine', (name, { root }) => {
  const svg = readFileSync(`docs/machines/${name}.svg`, 'utf8');

  it('shows every state', () => {
    const drawn = marksOf(svg, 'data-state');

    expect(drawn).toEqual(statesBelow(root).map(({ path }) => path.join('.')));
  });

  it('shows every transition, each where a page can find it', () => {
    const transitions = statesBelow(root).flatMap(transitionsOf).map(transitionIdOf);

    expect(marksOf(svg, 'data-transition').toSorted()).toEqual(transitions.toSorted());
  });
});

function marksOf(svg: string, attribute: string): string[] {
  return [...svg.matchAll(new RegExp(`${attribute}="([^"]*)"`, 'g'))].map(([, value = '']) => value);
}

function statesBelow(state: AnyStateNode): AnyStateNode[] {
  return [state, ...Object.values(state.states).flatMap(statesBelow)];
}
