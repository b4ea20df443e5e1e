import type { InspectionEvent } from 'xstate';
import type { ProcessEvent, ProcessOrder } from '../../../machines/agent-process.events.ts';
import type { AgentSessionInput } from '../../../src/contract/facts.ts';
import { message } from '../../support/chat-words.ts';
import {
  ATTACHED,
  EXITED,
  FAILURE,
  LAUNCHED,
  LEFT_RESTING,
  LEFT_WORKING,
  REQUEST,
  ABANDON,
  settled,
  deliver,
  prepare,
  ready,
} from '../../support/process-words.ts';
import { createRandom, pick } from '../../support/random.ts';
import { startProcess, type ProcessHarness } from '../../support/start-process.ts';

/** A process that was walked through at random, and the way it went. */
export interface Walk extends ProcessHarness {
  route: string[];
}

const STARTS: Partial<AgentSessionInput>[] = [{}, {}, LEFT_RESTING, LEFT_WORKING];

/** What people, time and agents do at any time. */
const MOVES: ((fresh: string, walk: Walk) => ProcessEvent | number)[] = [
  (fresh) => prepare(fresh),
  (fresh) => prepare(fresh),
  (_, walk) => deliver(wantedIn(walk)),
  (_, walk) => deliver(wantedIn(walk)),
  () => ABANDON,
  (fresh) => ({ type: 'agent.steer', message: message(fresh) }),
  () => ({ type: 'agent.interrupt' }),
  () => ({ type: 'agent.kill' }),
  () => ({ type: 'agent.ping' }),
  () => ({ type: 'agent.stopTask', taskId: 't1' }),
  () => ({ type: 'agent.answer', request: REQUEST, answer: { decision: 'deny' } }),
  () => ({ type: 'process.retire' }),
  () => ({ type: 'process.rested' }),
  () => ({ type: 'process.worked' }),
  () => ({ type: 'turn.ended' }),
  () => ({ type: 'process.answered' }),
  () => ({ type: 'process.advanced' }),
  () => ({ type: 'process.replaced' }),
  () => ({ type: 'process.damaged', failure: FAILURE }),
  () => ({ type: 'process.broken', failure: FAILURE }),
  () => 1_000,
  () => 5_000,
  () => 60_000,
  () => 300_000,
];

/** What the executor may answer to an order, some of it never. */
const ANSWERS: Partial<Record<ProcessOrder['type'], (order: ProcessOrder) => ProcessEvent[]>> = {
  attach: () => [
    ATTACHED,
    { type: 'process.found', is: 'running', message: message('m1') },
    { type: 'process.found', is: 'ended', message: message('m1') },
    { type: 'process.found', is: 'absent', message: message('m1') },
    { type: 'process.found', is: 'absent', message: null },
  ],
  launch: () => [LAUNCHED, LAUNCHED, LAUNCHED, { type: 'process.failed', failure: FAILURE }],
  prepare: (order) => [
    ...Array<ProcessEvent>(4).fill(ready('message' in order ? order.message.messageId : '')),
    { type: 'process.failed', failure: FAILURE },
    { type: 'process.unfit' },
    EXITED,
  ],
  'agent.deliver': () => [{ type: 'process.worked' }, { type: 'turn.ended' }, EXITED],
  interrupt: () => [{ type: 'turn.ended' }, { type: 'process.worked' }, { type: 'process.rested' }],
  leave: () => [EXITED, { type: 'process.speechless' }, { type: 'process.rested' }],
  terminate: () => [EXITED, { type: 'process.worked' }],
  kill: () => [EXITED, EXITED, { type: 'process.worked' }],
  settle: () => [settled('ended'), settled('again'), settled('cutOff'), settled('rested')],
};

export function walkProcess(seed: number, length: number, inspect?: (event: InspectionEvent) => void): Walk {
  const random = createRandom(seed);
  const walk: Walk = { ...startProcess(pick(random, STARTS), inspect), route: [] };
  const take = (step: ProcessEvent | number) => {
    walk.route.push(typeof step === 'number' ? `${step} ms` : step.type);
    walk.take(step);
  };
  let answered = 0;
  for (let step = 0; step < length; step += 1) {
    const order = walk.orders[answered];
    const answers = order && ANSWERS[order.type]?.(order);
    if (order !== undefined && random() < 0.7) {
      answered += 1;
      if (answers !== undefined) take(pick(random, answers));
    } else if (random() < 0.03) take({ type: 'agent.stop' });
    else take(pick(random, MOVES)(`m${step}`, walk));
  }
  return walk;
}

/** The chat ends, and from then on whatever is asked of the executor happens. */
export function finish(walk: Walk): void {
  walk.take({ type: 'agent.stop' });
  const done: Partial<Record<ProcessOrder['type'], ProcessEvent>> = {
    attach: ATTACHED,
    launch: LAUNCHED,
    kill: EXITED,
    settle: settled('rested'),
  };
  for (let round = 0; round < 20; round += 1) {
    for (const order of walk.orders.splice(0)) {
      const event = done[order.type];
      if (event !== undefined) walk.take(event);
    }
    walk.take(10_000);
  }
}

function wantedIn({ process }: Walk): string {
  const { wanted, given } = process.getSnapshot().context;
  return (wanted ?? given)?.messageId ?? 'm0';
}
