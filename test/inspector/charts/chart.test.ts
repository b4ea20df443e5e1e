import { describe, expect, it } from 'vitest';
import { setup, type AnyStateNode } from 'xstate';
import { chartOf } from '../../../src/inspector/charts/chart.ts';
import { MACHINES } from '../../../src/inspector/charts/machines.ts';
import { toMermaid } from '../../../src/inspector/charts/mermaid.ts';
import { toStudioConfig } from '../../../src/inspector/charts/studio-config.ts';

const DOOR = setup({
  actors: { bell: setup({}).createMachine({ id: 'bell' }) },
  actions: { greet: () => undefined },
  guards: { isLocked: () => true },
  delays: { patience: 1000 },
}).createMachine({
  id: 'door',
  context: () => ({}),
  initial: 'closed',
  on: { burn: { target: '.gone' }, knock: { actions: 'greet' } },
  states: {
    closed: {
      description: 'Nobody is through.',
      entry: 'greet',
      invoke: { id: 'bell', src: 'bell', onDone: { target: 'open' } },
      always: { guard: 'isLocked', target: 'gone' },
    },
    open: { after: { patience: { target: 'closed' } } },
    gone: { type: 'final' },
  },
});

describe('the chart of a machine', () => {
  const { root, edges } = chartOf(DOOR);

  it('has its states with what they run and do, and the events that leave a state where it is', () => {
    expect(root.rows).toEqual([{ kind: 'stays', text: 'knock', transition: 'door:knock:0' }]);
    expect(root.children.map(({ path, isFinal, rows }) => ({ path, isFinal, rows }))).toEqual([
      {
        path: 'closed',
        isFinal: false,
        rows: [
          { kind: 'invoke', text: 'invoke / bell', transition: null },
          { kind: 'entry', text: 'entry / greet', transition: null },
        ],
      },
      { path: 'open', isFinal: false, rows: [] },
      { path: 'gone', isFinal: true, rows: [] },
    ]);
  });

  it('has an arrow for `always` with its guard, for `after`, for the end of an actor, and from any state', () => {
    expect(
      edges.map(({ source, target, labels }) => [source, target, labels.map(({ text }) => text)]),
    ).toEqual([
      ['door:anywhere', 'door.gone', ['burn']],
      ['door.closed', 'door.gone', ['at once [isLocked]']],
      ['door.closed', 'door.open', ['bell is done']],
      ['door.open', 'door.closed', ['after patience']],
    ]);
  });

  it('says the same in Mermaid', () => {
    expect(toMermaid(DOOR.root).split('\n').slice(-6)).toEqual([
      '  state "in any state" as anywhere',
      '  [*] --> closed',
      '  anywhere --> gone : burn',
      '  closed --> gone : at once<br/>[isLocked]',
      '  closed --> open : bell is done',
      '  open --> closed : after patience',
    ]);
  });

  it.each(Object.entries(MACHINES))('leads no arrow of Mermaid to a frame: %s', (_name, { root }) => {
    const ends = toMermaid(root)
      .split('\n')
      .flatMap((line) => /(\S+) --> (\S+)/.exec(line)?.slice(1) ?? []);

    expect(ends.filter((end) => framesIn(root).includes(end))).toEqual([]);
  });

  it('draws regions that are on at the same time side by side, none of them entered first; in Mermaid no arrow back', () => {
    const lamp = setup({}).createMachine({
      id: 'lamp',
      type: 'parallel',
      states: {
        light: {
          initial: 'off',
          states: { off: { on: { press: { target: 'on' }, flicker: { target: 'off' } } }, on: {} },
        },
        colour: { initial: 'red', states: { red: {} } },
      },
    });

    const { root: drawn } = chartOf(lamp);

    expect(
      [drawn, ...drawn.children].map(({ name, initial, isRegion }) => [name, initial, isRegion]),
    ).toEqual([
      ['lamp', null, false],
      ['light', 'lamp.light.off', true],
      ['colour', 'lamp.colour.red', true],
    ]);
    expect(toMermaid(lamp.root).split('stateDiagram-v2\n')[1]?.split('\n')).toEqual([
      '  state "light" as light {',
      '    state "off" as light_off',
      '    state "on" as light_on',
      '    [*] --> light_off',
      '  }',
      '  --',
      '  state "colour" as colour {',
      '    state "red" as colour_red',
      '    [*] --> colour_red',
      '  }',
      '  light_off --> light_on : press',
    ]);
  });

  it('leaves out of the configuration for Stately Studio nothing but functions', () => {
    const { context: _, ...config } = DOOR.config;

    expect(JSON.parse(toStudioConfig(DOOR))).toEqual(config);
  });
});

/** The states that enter one within. */
function framesIn({ states }: AnyStateNode): string[] {
  return Object.values(states).flatMap((state) => [
    ...(state.initial?.target?.length ? [state.path.join('_')] : []),
    ...framesIn(state),
  ]);
}
