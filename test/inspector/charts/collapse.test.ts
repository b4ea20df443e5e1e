import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import { chartOf } from '../../../src/inspector/charts/chart.ts';
import { atLook, compositesOf } from '../../../src/inspector/charts/collapse.ts';
import type { Chart } from '../../../src/inspector/charts/chart.ts';

const JOURNEY = chartOf(
  setup({ actions: { unpack: () => undefined }, guards: { isWet: () => true } }).createMachine({
    id: 'journey',
    initial: 'home',
    states: {
      home: { entry: 'unpack', on: { leave: { target: 'away' } } },
      away: {
        initial: 'train',
        on: { rain: [{ guard: 'isWet', target: '.tent' }, { target: 'home' }], back: { target: 'home' } },
        states: {
          train: { on: { arrive: { target: 'tent' }, call: { target: '#journey.home' } } },
          tent: {
            initial: 'awake',
            on: { back: { target: '#journey.home' } },
            states: { awake: { on: { tire: { target: 'asleep' } } }, asleep: {} },
          },
        },
      },
    },
  }),
);

describe('a chart in which a state is closed', () => {
  const chart = atLook(JOURNEY, { detail: 'all', closed: new Set(['away']) });

  it('says how many states are inside instead of showing them', () => {
    expect(chart.root.children.map(({ path, rows, children }) => [path, rows[0]?.text, children])).toEqual([
      ['home', 'entry / unpack', []],
      ['away', '▸ 4 states', []],
    ]);
  });

  it('leads arrows from inside out of it, those that read the same as one, and leaves out those within', () => {
    expect(arrowsOf(chart)).toEqual([
      ['journey.home>journey.away', ['leave']],
      ['journey.away>journey.home', ['rain', 'back', 'call']],
    ]);
    expect(chart.edges[1]?.labels[1]?.transition).toBe('journey.away:back:0 journey.away.tent:back:0');
  });

  it('is the whole chart when what is closed is opened again', () => {
    expect(atLook(JOURNEY, { detail: 'all', closed: new Set() })).toBe(JOURNEY);
  });
});

describe('a chart in less detail', () => {
  const closed = new Set(['away.tent']);

  it('has one label at each arrow, which says what it stands for, and no rows but those of closed states', () => {
    const chart = atLook(JOURNEY, { detail: 'gist', closed });

    expect(arrowsOf(chart)).toContainEqual(['journey.away>journey.home', ['rain + 1']]);
    expect(chart.edges.find(({ id }) => id === 'journey.away>journey.home')?.labels[0]?.actions).toEqual([
      'rain',
      'back',
    ]);
    expect(chart.root.children[0]?.rows).toEqual([]);
    expect(chart.root.children[1]?.children[1]?.rows).toEqual([
      { kind: 'inside', text: '▸ 2 states', transition: null },
    ]);
  });

  it('has arrows alone, each with the transitions by which a page lights it', () => {
    const chart = atLook(JOURNEY, { detail: 'states', closed });

    expect(new Set(chart.edges.flatMap(({ labels }) => labels.map(({ text }) => text)))).toEqual(
      new Set(['']),
    );
    expect(chart.edges.map(({ labels }) => labels[0]?.transition)).toContain('journey.home:leave:0');
  });
});

it('names what can be closed', () => {
  expect(compositesOf(JOURNEY)).toEqual(['away', 'away.tent']);
});

function arrowsOf({ edges }: Chart): [string, string[]][] {
  return edges.map(({ id, labels }) => [id, labels.map(({ text }) => text)]);
}
