import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { MACHINES } from '../../src/inspector/charts/machines.ts';
import { extractMachinesFromFile } from '../support/extract-machines.ts';
import { statesBelow } from '../support/machine-docs.ts';
import { partsOf } from '../support/machine-parts.ts';
import type { StateParts } from '../support/machine-parts.ts';
import { transitionsBelow } from '../support/transition-coverage.ts';

const FOLDER = new URL('../../machines/', import.meta.url);
const KEY_ORDER = 'description type tags entry exit invoke always initial on after states'.split(' ');

const QUOTED_STRING = /'[^'\n]*'|"[^"\n]*"/g;

it('looks at every machine there is', () => {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.machine.ts'));

  expect(files.toSorted()).toEqual(Object.keys(MACHINES).map((name) => `${name}.machine.ts`));
});

describe.each(Object.entries(MACHINES))('%s machine', (name, machine) => {
  const source = readFileSync(new URL(`${name}.machine.ts`, FOLDER), 'utf8');
  const statechart = source.slice(source.indexOf('.createMachine('));

  it('is one literal: no spread, no template, no constant from elsewhere', () => {
    expect(statechart).toMatch(/^\.createMachine\(\{\n[^]*\n\}\);\n$/);
    expect(statechart.replaceAll(QUOTED_STRING, '')).not.toMatch(/\.\.\.|`/);
    expect(statechart.match(/createMachine/g)).toHaveLength(1);
  });

  it('computes nothing in its statechart but its context and the input of its actors', () => {
    expect(functionsIn(machine.config)).toEqual([]);
  });

  it('defines every word it uses and uses every word it defines', () => {
    const vocabulary = readFileSync(new URL(vocabularyOf(name), FOLDER), 'utf8');
    const used = wordsUsedBy(machine);
    const defined = wordsDefinedBy(machine);

    expect(used.filter((word) => !defined.includes(word))).toEqual([]);
    const unused = defined.filter((word) => !used.includes(word) && !vocabulary.includes(quoted(word)));
    expect(unused).toEqual([]);
  });

  it('describes every state', () => {
    const undescribed = statesBelow(machine.root).filter(
      ({ description }) => !/[.?]$/.test(description ?? ''),
    );

    expect(undescribed.map(({ id }) => id)).toEqual([]);
  });

  it('lists the keys of every state in one order', () => {
    const unordered = statesBelow(machine.root).filter(({ config }) => {
      const keys = Object.keys(config);
      return keys.join() !== KEY_ORDER.filter((key) => keys.includes(key)).join();
    });

    expect(unordered.map(({ id }) => id)).toEqual([]);
  });

  it("is read by Stately's extractor whole and with every part named", () => {
    const extracted = extractMachinesFromFile(source)?.machines ?? [];
    const config = extracted[0]?.toConfig();

    expect(extracted).toHaveLength(1);
    expect(partsOf(config as StateParts)).toEqual(partsOf(machine.config as StateParts));
    expect(new Set(kindsIn(config))).toEqual(new Set(['named']));
  });
});

/** Paths of functions in a statechart, apart from the two places where code may stand. */
function functionsIn(value: unknown, path: string[] = []): string[] {
  if (typeof value === 'function') return [path.join('.')];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) =>
    key === 'context' || key === 'input' ? [] : functionsIn(child, [...path, key]),
  );
}

/** Actions, guards, actors and delays, as `kind: name`. */
function wordsDefinedBy({ implementations }: AnyStateMachine): string[] {
  const kinds = ['actions', 'guards', 'actors', 'delays'] as const;
  return kinds.flatMap((kind) => Object.keys(implementations[kind]).map((word) => `${kind}: ${word}`));
}

function wordsUsedBy({ root }: AnyStateMachine): string[] {
  const states = [root, ...statesBelow(root)];
  const transitions = transitionsBelow(root);
  const actions = [
    ...states.flatMap(({ entry, exit }) => [...entry, ...exit]),
    ...transitions.flatMap(({ actions }) => actions),
  ];
  return [
    ...actions.flatMap((action) => nameOf('actions', action)),
    ...transitions.flatMap(({ guard }) => nameOf('guards', guard)),
    ...states.flatMap(({ invoke }) => invoke.flatMap(({ src }) => nameOf('actors', src))),
    ...states.flatMap(({ after }) => after.flatMap(({ delay }) => nameOf('delays', delay))),
  ];
}

/** Nothing for XState's own actions, which are functions. */
function nameOf(kind: string, part: unknown): string[] {
  if (typeof part === 'string') return [`${kind}: ${part}`];
  if (typeof part !== 'object' || part === null || !('type' in part)) return [];
  return [`${kind}: ${String(part.type)}`];
}

/** The file that holds the machine's `setup`. */
function vocabularyOf(name: string): string {
  return readdirSync(FOLDER).find((file) => file === `${name}.setup.ts`) ?? `${name}.machine.ts`;
}

/** How actions name a word of `setup`: in quotes. */
function quoted(word: string): string {
  return `'${word.split(': ').at(-1)}'`;
}

/** How the extractor says it found each part: `named`, or some kind of code. */
function kindsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) =>
    key === 'kind' && typeof child === 'string' ? [child] : kindsIn(child),
  );
}
