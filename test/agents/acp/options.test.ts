import { describe, expect, it } from 'vitest';
import {
  effortFor,
  mergeOptions,
  NO_OPTIONS,
  planModeOf,
  workModeOf,
  type Choice,
} from '../../../src/agents/acp/options.ts';
import type { ThinkingLevel } from '../../../src/contract/messages.ts';

describe('what an agent offers', () => {
  it('is read from its options, grouped or not', () => {
    const options = mergeOptions(NO_OPTIONS, {
      configOptions: [
        select('model', 'model', 'big', [
          { group: 'all', name: 'All', options: [value('big'), value('small')] },
        ]),
        select('effort', 'thought_level', 'high', [value('low'), value('high')]),
        { id: 'web', type: 'boolean', category: 'mode', currentValue: true },
      ],
      modes: {
        currentModeId: 'code',
        availableModes: [
          { id: 'code', name: 'Code' },
          { id: 'plan', name: 'Plan' },
        ],
      },
    });
    expect(options).toEqual({
      model: { configId: 'model', current: 'big', values: [named('big'), named('small')] },
      effort: { configId: 'effort', current: 'high', values: [named('low'), named('high')] },
      mode: {
        configId: null,
        current: 'code',
        values: [
          { value: 'code', name: 'Code' },
          { value: 'plan', name: 'Plan' },
        ],
      },
    });
  });

  it('stays as it was where nothing is said of it', () => {
    const options = mergeOptions(NO_OPTIONS, { modes: { currentModeId: 'code', availableModes: [] } });
    expect(mergeOptions(options, {})).toEqual(options);
    expect(mergeOptions(options, { configOptions: 'nonsense', modes: 7 })).toEqual(options);
    expect(mergeOptions(options, { configOptions: [] })).toEqual(options);
  });
});

describe('the mode for planning', () => {
  it.each([
    { modes: ['default', 'plan'], plan: 'plan' },
    { modes: ['https://agentclientprotocol.com/protocol/session-modes#plan', 'x'], plan: 0 },
    { modes: ['ask', 'code'], plan: null },
    { modes: ['explanation'], plan: null },
  ])('is found among $modes', ({ modes, plan }) => {
    expect(planModeOf(withModes(modes[0]!, modes))).toBe(typeof plan === 'number' ? modes[plan] : plan);
  });

  it.each([
    { name: 'the usual one', usual: 'code', modes: ['ask', 'code', 'plan'], work: 'code' },
    { name: 'one named default', usual: 'plan', modes: ['auto', 'default', 'plan'], work: 'default' },
    { name: 'the first other one', usual: 'plan', modes: ['auto', 'plan'], work: 'auto' },
    { name: 'none where there is none', usual: null, modes: [], work: null },
  ])('is left for $name', ({ usual, modes, work }) => {
    expect(workModeOf(withModes(modes[0] ?? 'x', modes), usual)).toBe(work);
  });
});

describe('the level of thinking', () => {
  it.each<{ wanted: ThinkingLevel; offered: string[]; chosen: string | null }>([
    { wanted: 'low', offered: ['default', 'low', 'high'], chosen: 'low' },
    { wanted: 'medium', offered: ['low', 'high'], chosen: 'low' },
    { wanted: 'low', offered: ['medium', 'high'], chosen: 'medium' },
    { wanted: 'xhigh', offered: ['low', 'high', 'max'], chosen: 'high' },
    { wanted: 'ultracode', offered: ['low', 'high', 'max'], chosen: 'max' },
    { wanted: 'max', offered: ['Low', 'High'], chosen: 'High' },
    { wanted: 'max', offered: ['on'], chosen: null },
  ])('$wanted becomes $chosen of $offered', ({ wanted, offered, chosen }) => {
    expect(effortFor(wanted, choiceOf(offered))).toBe(chosen);
  });
});

function select(id: string, category: string, currentValue: string, options: object[]): object {
  return { id, name: id, type: 'select', category, currentValue, options };
}

function value(name: string): object {
  return { value: name, name };
}

function named(name: string) {
  return { value: name, name };
}

function choiceOf(values: readonly string[]): Choice {
  return { configId: null, current: values[0] ?? '', values: values.map(named) };
}

function withModes(current: string, modes: readonly string[]) {
  return { ...NO_OPTIONS, mode: { ...choiceOf(modes), current } };
}
