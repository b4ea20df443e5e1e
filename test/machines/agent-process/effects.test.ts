import { describe, expect, it } from 'vitest';
import type { ProcessEvent, ProcessOrder, ProcessTold } from '../../../machines/agent-process.events.ts';
import type { AgentSessionInput } from '../../../src/contract/facts.ts';
import { message } from '../../support/chat-words.ts';
import {
  ATTACHED,
  EXITED,
  FAILURE,
  INTERRUPT,
  LAUNCHED,
  LEFT_RESTING,
  REQUEST,
  RESERVED,
  RESTED,
  STOP,
  TURN_ENDED,
  WORKED,
  WORKING,
  ABANDON,
  deliver,
  prepare,
  ready,
  settled,
} from '../../support/process-words.ts';
import { routeOf } from '../../support/steps.ts';
import { startProcess, type ProcessStep } from '../../support/start-process.ts';

const OTHER = { code: 'agent_output_damaged', message: 'It was cut off.' };

const RESTING = [...WORKING, TURN_ENDED, RESTED];
const KILL: ProcessEvent = { type: 'agent.kill' };
const RETIRE: ProcessEvent = { type: 'process.retire' };
const UNFIT: ProcessEvent = { type: 'process.unfit' };
const REPLACED: ProcessEvent = { type: 'process.replaced' };
const FAILED: ProcessEvent = { type: 'process.failed', failure: FAILURE };
const BROKEN: ProcessEvent = { type: 'process.broken', failure: OTHER };
const DAMAGED: ProcessEvent = { type: 'process.damaged', failure: OTHER };
const SAID: ProcessEvent[] = [
  { type: 'agent.answer', request: REQUEST, answer: { decision: 'allow' } },
  { type: 'agent.ping' },
  { type: 'agent.stopTask', taskId: 't1' },
];

/** What came before, what happens, and what is asked of the executor (`→`) and told to the chat (`«`) for it. */
type Row = [before: ProcessStep[], steps: ProcessStep[], comes: string];

const ROWS: Record<string, Row[]> = {
  'no process': [
    [[], [INTERRUPT], '→ sayRested'],
    [[], [KILL], '« exited: The agent does not run.'],
  ],
  'one that is launched': [
    [[prepare('m1')], [INTERRUPT, LAUNCHED], '→ abortLaunch, → leave'],
    [[prepare('m1')], [FAILED], '« exited: It hurts.'],
    [[prepare('m1')], [STOP, FAILED], '→ abortLaunch, « exited: It hurts.'],
    [[prepare('m1')], [ABANDON, STOP, FAILED], '→ abortLaunch, « exited: It hurts.'],
    [[prepare('m1')], [ABANDON, FAILED], ''],
    [[prepare('m1')], [BROKEN], '« exited: It was cut off.'],
  ],
  'one that is prepared': [
    [[prepare('m1'), LAUNCHED], [FAILED], '→ rest, « exited: It hurts.'],
    [[prepare('m1'), LAUNCHED], [prepare('m2')], '→ prepare m2'],
    [[prepare('m1'), LAUNCHED], [ABANDON], '→ release, → rest'],
    [[prepare('m1'), LAUNCHED], [INTERRUPT, EXITED], '→ terminate, → settle asked'],
    [[prepare('m1'), LAUNCHED, INTERRUPT, EXITED], [settled('rested')], '« exited: It hurts.'],
    [[prepare('m1'), LAUNCHED, INTERRUPT, EXITED], [settled('ended')], ''],
    [[prepare('m1'), LAUNCHED], [60_000, EXITED], '→ kill, → settle unresponsive'],
    [[prepare('m1'), LAUNCHED, UNFIT, EXITED], [settled('rested')], '→ launch m1'],
    [[...WORKING, prepare('m2')], [FAILED, INTERRUPT], '« exited: It hurts., → interrupt'],
    [[...WORKING, prepare('m2')], [ABANDON, INTERRUPT], '→ release, → interrupt'],
    [[...WORKING, prepare('m2')], [RESTED, ABANDON], '→ release, → rest'],
    [[...RESTING, prepare('m2')], [WORKED, ABANDON, INTERRUPT], '→ release, → interrupt'],
  ],
  'one that is reserved': [
    [RESERVED, [prepare('m2')], '→ prepare m2'],
    [[...RESERVED, EXITED], [settled('rested')], '→ launch m1'],
    [[...WORKING, prepare('m2'), ready('m2')], [ABANDON, INTERRUPT], '→ release, → interrupt'],
  ],
  'one that rests': [
    [RESTING, [INTERRUPT], '→ sayRested'],
    [RESTING, [prepare('m2')], '→ work, → prepare m2'],
    [[...RESTING, WORKED, prepare('m2')], [ABANDON, INTERRUPT], '→ release, → interrupt'],
    [[...WORKING, RESTED, prepare('m2')], [ABANDON], '→ release, → rest'],
  ],
  'one that works': [
    [WORKING, SAID, '→ agent.answer, → agent.ping, → agent.stopTask'],
    [WORKING, [{ type: 'process.answered' }], '« answered'],
    [WORKING, [{ type: 'agent.steer', message: message('m2') }], '→ agent.steer m2'],
    [WORKING, [EXITED], '→ settle'],
    [[...WORKING, TURN_ENDED, EXITED], [settled('again')], ''],
    [[...WORKING, INTERRUPT, TURN_ENDED, EXITED], [settled('again')], ''],
    [WORKING, [INTERRUPT, 5_000, EXITED], '→ interrupt, → terminate, → settle asked'],
    [WORKING, [KILL, EXITED], '→ kill, → settle asked'],
    [WORKING, [BROKEN, EXITED, settled('cutOff')], '→ kill, → settle, « exited: It was cut off.'],
  ],
  'one that leaves': [
    [[...WORKING, STOP], [RESTED], '→ leave'],
    [
      [...RESTING, RETIRE],
      [DAMAGED, EXITED, settled('cutOff')],
      '→ kill, → settle, « exited: It was cut off.',
    ],
    [[...RESTING, RETIRE], [STOP, EXITED, settled('rested')], '→ settle asked, « exited: It hurts.'],
    [[...RESTING, RETIRE], [INTERRUPT, EXITED], '→ settle'],
    [[...WORKING, REPLACED], [INTERRUPT, EXITED], '→ settle asked'],
    [[...WORKING, REPLACED, TURN_ENDED, EXITED], [settled('again')], ''],
    [[...WORKING, INTERRUPT, 5_000, TURN_ENDED, EXITED], [settled('again')], ''],
    [[...WORKING, DAMAGED], [KILL, EXITED], '→ settle asked'],
    [[...WORKING, STOP, TURN_ENDED, EXITED], [settled('rested')], '« exited: It hurts.'],
  ],
  'one that is gone': [
    [[...WORKING, EXITED], [INTERRUPT, settled('rested')], '« exited: It hurts.'],
    [[...RESTING, EXITED], [INTERRUPT, settled('rested')], ''],
    [[...WORKING, EXITED], [STOP, settled('ended')], '« exited: It hurts.'],
    [[...WORKING, EXITED], [KILL, settled('rested')], '« exited: It hurts.'],
    [[...WORKING, EXITED, prepare('m2')], [settled('cutOff')], '« exited: It hurts.'],
    [[prepare('m1'), LAUNCHED, EXITED], [settled('rested')], '« exited: It hurts.'],
    [[...RESERVED, EXITED, deliver('m1')], [settled('rested')], '→ launch m1'],
  ],
};

describe.each(Object.entries(ROWS))('%s', (_, rows) => {
  it.each(
    rows.map(([before, steps, comes]) => ({
      after: routeOf(before),
      on: routeOf(steps),
      before,
      steps,
      comes,
    })),
  )('after $after: on $on $comes', ({ before, steps, comes }) => {
    expect(whatComesOf(before, steps)).toBe(comes);
  });
});

describe('one that an earlier engine left', () => {
  it.each<[ProcessStep[], string]>([
    [[INTERRUPT, WORKED], '→ interrupt'],
    [[30_000, EXITED], '→ kill, → settle unresponsive'],
    [[WORKED, prepare('m2'), ABANDON, INTERRUPT], '→ prepare m2, → release, → interrupt'],
    [[INTERRUPT, WORKED, prepare('m2'), ABANDON], '→ interrupt, → prepare m2, → release'],
  ])('%#: %s', (steps, comes) => {
    expect(whatComesOf([ATTACHED], steps, LEFT_RESTING)).toBe(comes);
  });
});

it.each<[string, ProcessStep[]]>([
  ['replaced', [...WORKING, REPLACED, EXITED, settled('ended')]],
  ['not fit for a message', [...RESTING, prepare('m2'), UNFIT, ABANDON, EXITED, settled('rested')]],
])('one that goes because it is %s did not die', (_, life) => {
  const { orders, take } = startProcess();
  for (let lives = 0; lives < 6; lives += 1) take(...life);

  take(prepare('m9'));

  expect(wordOf(orders.at(-1)!)).toBe('→ launch m9');
});

it('one that goes because it is idle for too long does not count among four that died', () => {
  const { orders, take } = startProcess();
  take(...RESTING, 300_000, EXITED, settled('rested'));
  for (let deaths = 0; deaths < 4; deaths += 1) take(...WORKING, EXITED, settled('cutOff'));

  take(prepare('m9'));

  expect(wordOf(orders.at(-1)!)).toBe('→ launch m9');
});

it('the code that one exits with is told to its executor', () => {
  const { orders, take } = startProcess();

  take(...WORKING, EXITED);

  expect(orders.at(-1)).toMatchObject({ type: 'settle', code: 1, isFound: false });
});

function whatComesOf(
  before: ProcessStep[],
  steps: ProcessStep[],
  rest: Partial<AgentSessionInput> = {},
): string {
  const words: string[] = [];
  const { orders, told, take } = startProcess(rest);
  take(...before);
  const seen = { orders: orders.length, told: told.length };
  for (const step of steps) {
    take(step);
    words.push(...orders.slice(seen.orders).map(wordOf), ...told.slice(seen.told).map(toldOf));
    Object.assign(seen, { orders: orders.length, told: told.length });
  }
  return words.join(', ');
}

function wordOf(order: ProcessOrder): string {
  if (order.type === 'settle') {
    const why = order.isUnresponsive ? ' unresponsive' : '';
    return `→ settle${order.isAsked ? ' asked' : why}`;
  }
  return 'message' in order ? `→ ${order.type} ${order.message.messageId}` : `→ ${order.type}`;
}

function toldOf(fact: ProcessTold): string {
  return fact.type === 'agent.exited'
    ? `« exited: ${fact.failure.message}`
    : `« ${fact.type.replace('agent.', '')}`;
}
