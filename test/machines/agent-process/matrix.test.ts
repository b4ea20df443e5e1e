import type { StateValueFrom } from 'xstate';
import type { ProcessEvent } from '../../../machines/agent-process.events.ts';
import type { agentProcessMachine } from '../../../machines/agent-process.machine.ts';
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
  STOP,
  WORKING,
  ABANDON,
  settled,
  deliver,
  prepare,
  ready,
} from '../../support/process-words.ts';
import { startProcess, type ProcessStep } from '../../support/start-process.ts';
import { StateMatrix } from '../../support/state-matrix.ts';
import { leafOf, type LeafOf } from '../../support/state-names.ts';

/** These decide at once where to go on, so that no event ever meets them. */
type State = Exclude<LeafOf<StateValueFrom<typeof agentProcessMachine>>, 'unknown' | 'lost'>;

type Found = 'found nothing' | 'found one that ended' | 'found one that lives';
type Settled = 'settled, ended' | 'settled, again' | 'settled, cut off' | 'settled, rested';
type EventKey = Exclude<ProcessEvent['type'], 'process.found' | 'process.settled'> | Found | Settled;

/** Not `Partial`: a new event does not compile until it is here. Message m1 is the one at hand, m2 the next one. */
const EVENTS: Record<EventKey, ProcessEvent> = {
  'agent.prepare': prepare('m2'),
  'agent.abandon': ABANDON,
  'agent.deliver': deliver('m1'),
  'agent.steer': { type: 'agent.steer', message: message('m2') },
  'agent.interrupt': INTERRUPT,
  'agent.ping': { type: 'agent.ping' },
  'agent.stopTask': { type: 'agent.stopTask', taskId: 't1' },
  'agent.answer': { type: 'agent.answer', request: REQUEST, answer: { decision: 'allow' } },
  'agent.stop': STOP,
  'agent.kill': { type: 'agent.kill' },
  'found nothing': { type: 'process.found', is: 'absent', message: null },
  'found one that ended': { type: 'process.found', is: 'ended', message: message('m1') },
  'found one that lives': ATTACHED,
  'process.launched': LAUNCHED,
  'process.advanced': { type: 'process.advanced' },
  'process.prepared': ready('m1'),
  'process.failed': { type: 'process.failed', failure: FAILURE },
  'process.broken': { type: 'process.broken', failure: FAILURE },
  'process.unfit': { type: 'process.unfit' },
  'process.rested': { type: 'process.rested' },
  'process.worked': { type: 'process.worked' },
  'turn.ended': { type: 'turn.ended' },
  'process.answered': { type: 'process.answered' },
  'process.damaged': { type: 'process.damaged', failure: FAILURE },
  'process.replaced': { type: 'process.replaced' },
  'process.speechless': { type: 'process.speechless' },
  'process.exited': EXITED,
  'settled, ended': settled('ended'),
  'settled, again': settled('again'),
  'settled, cut off': settled('cutOff'),
  'settled, rested': settled('rested'),
  'process.retire': { type: 'process.retire' },
  'death.forgotten': { type: 'death.forgotten' },
};

const START_OF: Partial<Record<State, Partial<AgentSessionInput>>> = {
  attaching: LEFT_RESTING,
  'alive.greeting': LEFT_RESTING,
};

const RESTING: ProcessStep[] = [...WORKING, { type: 'turn.ended' }, { type: 'process.rested' }];

/** How each state is reached; numbers are milliseconds that pass. */
const ROUTE_TO: Record<State, ProcessStep[]> = {
  attaching: [],
  absent: [],
  launching: [prepare('m1')],
  'alive.greeting': [ATTACHED],
  'alive.preparing.stepping': [prepare('m1'), LAUNCHED],
  'alive.reserved': RESERVED,
  'alive.resting': RESTING,
  'alive.working.undisturbed': WORKING,
  'alive.working.interrupted': [...WORKING, INTERRUPT],
  'alive.leaving.asked': [...RESTING, { type: 'process.retire' }],
  'alive.leaving.terminated': [...RESTING, { type: 'process.retire' }, 2_000],
  'alive.leaving.killed': [...RESTING, { type: 'process.retire' }, 2_000, 3_000],
  gone: [...WORKING, EXITED],
};

const ALIVE = {
  'agent.stop': 'alive.leaving.asked',
  'agent.kill': 'alive.leaving.killed',
  'process.broken': 'alive.leaving.killed',
  'process.damaged': 'alive.leaving.killed',
  'process.replaced': 'alive.leaving.terminated',
  'process.exited': 'gone',
} as const;

const MOVES: Record<State, Partial<Record<EventKey, State>>> = {
  attaching: {
    'found nothing': 'absent',
    'found one that ended': 'alive.greeting',
    'found one that lives': 'alive.greeting',
    'process.broken': 'absent',
  },
  absent: { 'agent.prepare': 'launching', 'agent.deliver': 'launching' },
  launching: {
    'process.launched': 'alive.preparing.stepping',
    'process.failed': 'absent',
    'process.broken': 'absent',
  },
  'alive.greeting': {
    ...ALIVE,
    'process.rested': 'alive.resting',
    'process.worked': 'alive.working.undisturbed',
  },
  'alive.preparing.stepping': {
    ...ALIVE,
    'agent.abandon': 'alive.resting',
    'agent.interrupt': 'alive.leaving.terminated',
    'process.prepared': 'alive.reserved',
    'process.failed': 'alive.resting',
    'process.unfit': 'alive.leaving.asked',
  },
  'alive.reserved': {
    ...ALIVE,
    'agent.prepare': 'alive.preparing.stepping',
    'agent.abandon': 'alive.resting',
    'agent.deliver': 'alive.working.undisturbed',
  },
  'alive.resting': {
    ...ALIVE,
    'agent.prepare': 'alive.preparing.stepping',
    'agent.deliver': 'alive.preparing.stepping',
    'process.worked': 'alive.working.undisturbed',
    'process.retire': 'alive.leaving.asked',
  },
  'alive.working.undisturbed': {
    ...ALIVE,
    'agent.prepare': 'alive.preparing.stepping',
    'agent.deliver': 'alive.preparing.stepping',
    'agent.interrupt': 'alive.working.interrupted',
    'process.rested': 'alive.resting',
  },
  'alive.working.interrupted': {
    ...ALIVE,
    'agent.prepare': 'alive.preparing.stepping',
    'agent.deliver': 'alive.preparing.stepping',
    'turn.ended': 'alive.working.undisturbed',
    'process.rested': 'alive.resting',
  },
  'alive.leaving.asked': {
    'agent.kill': 'alive.leaving.killed',
    'process.speechless': 'alive.leaving.terminated',
    'process.broken': 'alive.leaving.killed',
    'process.damaged': 'alive.leaving.killed',
    'process.exited': 'gone',
  },
  'alive.leaving.terminated': {
    'agent.kill': 'alive.leaving.killed',
    'process.broken': 'alive.leaving.killed',
    'process.damaged': 'alive.leaving.killed',
    'process.exited': 'gone',
  },
  'alive.leaving.killed': { 'process.exited': 'gone' },
  gone: {
    'settled, ended': 'absent',
    'settled, again': 'launching',
    'settled, cut off': 'absent',
    'settled, rested': 'absent',
  },
};

/** Where each state leads when nothing happens for so many milliseconds; null: nowhere. */
const LEFT_ALONE: Record<State, [number, State] | null> = {
  attaching: null,
  absent: null,
  launching: null,
  'alive.greeting': [30_000, 'alive.leaving.killed'],
  'alive.preparing.stepping': [60_000, 'alive.leaving.killed'],
  'alive.reserved': null,
  'alive.resting': [300_000, 'alive.leaving.asked'],
  'alive.working.undisturbed': null,
  'alive.working.interrupted': [5_000, 'alive.leaving.terminated'],
  'alive.leaving.asked': [2_000, 'alive.leaving.terminated'],
  'alive.leaving.terminated': [3_000, 'alive.leaving.killed'],
  'alive.leaving.killed': [3_000, 'gone'],
  gone: null,
};

const matrix = new StateMatrix({
  start: (inspect, state: State) => startProcess(START_OF[state], inspect),
  stateOf: ({ process }) => leafOf(process.getSnapshot()) as State,
  routes: ROUTE_TO,
  events: EVENTS,
  moves: MOVES,
});

matrix.describe('process machine, every state × event');
matrix.describeLeftAlone('process machine, every state left alone', LEFT_ALONE);
