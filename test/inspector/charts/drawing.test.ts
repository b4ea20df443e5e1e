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

  it('leads no arrow through a text', () => {
    const arrows = [...svg.matchAll(/<path class="edge"[^>]* data-transitions="([^"]*)" d="([^"]*)"/g)];
    const crossed = textsIn(svg).flatMap((text) =>
      arrows
        .filter(([, own = '', path = '']) => !own.split(' ').includes(text.transition) && crosses(path, text))
        .map(([, own]) => `${text.words} x ${own}`),
    );

    expect(crossed).toEqual([]);
  });
});

function marksOf(svg: string, attribute: string): string[] {
  return [...svg.matchAll(new RegExp(`${attribute}="([^"]*)"`, 'g'))].map(([, value = '']) => value);
}

function statesBelow(state: AnyStateNode): AnyStateNode[] {
  return [state, ...Object.values(state.states).flatMap(statesBelow)];
}

interface DrawnText {
  words: string;
  /** Whose label it is; empty for other texts. */
  transition: string;
  x: number;
  /** Of the line that it stands on. */
  y: number;
}

const CHARACTER = 6.5;
const HEIGHT = 9;

const TEXT =
  /(?:data-transition="([^"]*)">(?:<title>[^<]*<\/title>)?<rect[^>]*\/>)?<text (?:class="name" )?x="([\d.]+)" y="([\d.]+)">([^<]*)/g;

/** The names of states, what stands below them, and the labels of arrows. */
function textsIn(svg: string): DrawnText[] {
  return [...svg.matchAll(TEXT)].map(([, transition = '', x, y, words = '']) => ({
    words,
    transition,
    x: Number(x),
    y: Number(y),
  }));
}

/** Whether an arrow, which runs along the axes but for its bends, meets a text that is not its own label. */
function crosses(path: string, { words, x, y }: DrawnText): boolean {
  const points = [...path.matchAll(/[ML]([\d.]+) ([\d.]+)|Q[\d.]+ [\d.]+ ([\d.]+) ([\d.]+)/g)];
  const places = points.map(([, x1, y1, x2, y2]) => ({ x: Number(x1 ?? x2), y: Number(y1 ?? y2) }));
  return places.some((from, index) => {
    const to = places[index + 1];
    if (to === undefined) return false;
    const right = x + words.length * CHARACTER;
    return (
      Math.min(from.x, to.x) < right &&
      Math.max(from.x, to.x) > x &&
      Math.min(from.y, to.y) < y &&
      Math.max(from.y, to.y) > y - HEIGHT
    );
  });
}
