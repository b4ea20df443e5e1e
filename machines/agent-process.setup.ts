/** The vocabulary of the process machine: what each name in its statechart does, without any I/O. */
import { assertEvent, assign, raise, sendParent, sendTo, setup } from 'xstate';
import type { Failure } from '../src/contract/chats.ts';
import type { AgentSessionInput } from '../src/contract/facts.ts';
import type { ProcessContext, ProcessEvent, ProcessOrder, ProcessTold } from './agent-process.events.ts';
import { mustProvideCallback } from './must-provide.ts';

/** So many may die within `deathMemory` while they are watched; messages that come then are refused. */
const DEATHS_MAX = 5;

const NOT_RUNNING: Failure = { code: 'agent_exited', message: 'The agent does not run.' };
const EXHAUSTED: Failure = {
  code: 'agent_exited',
  message: `The agent ended ${DEATHS_MAX} times within a minute. Send the message again later.`,
};

/** What is known of a process that is not there. */
const ABSENT: Omit<ProcessContext, 'session' | 'wanted' | 'deaths'> = {
  launchedFor: null,
  given: null,
  isFound: false,
  isInterrupting: false,
  isWorking: false,
  reason: null,
  failure: null,
  code: null,
};

export const agentProcessSetup = setup({
  types: {} as {
    input: AgentSessionInput;
    context: ProcessContext;
    events: ProcessEvent;
    tags: 'alive';
  },
  actors: { executor: mustProvideCallback<ProcessOrder, AgentSessionInput>('executor') },
  actions: {
    attach: sendTo('executor', { type: 'attach' }),
    abortLaunch: sendTo('executor', { type: 'abortLaunch' }),
    release: sendTo('executor', { type: 'release' }),
    interrupt: sendTo('executor', { type: 'interrupt' }),
    sayRested: sendTo('executor', { type: 'sayRested' }),
    leave: sendTo('executor', { type: 'leave' }),
    terminate: sendTo('executor', { type: 'terminate' }),
    kill: sendTo('executor', { type: 'kill' }),
    rest: sendTo('executor', { type: 'rest' }),
    work: sendTo('executor', { type: 'work' }),
    passOn: sendTo('executor', ({ event }) => {
      assertEvent(event, ['agent.deliver', 'agent.steer', 'agent.answer', 'agent.ping', 'agent.stopTask']);
      return event;
    }),
    launch: sendTo('executor', ({ context }) => ({ type: 'launch' as const, message: wantedIn(context) })),
    prepare: sendTo('executor', ({ context }) => ({ type: 'prepare' as const, message: wantedIn(context) })),
    settle: sendTo('executor', ({ context: { code, reason, isFound } }) => ({
      type: 'settle' as const,
      code,
      isAsked: reason === 'asked' || reason === 'stopped',
      isFound,
      isUnresponsive: reason === 'unresponsive',
    })),
    want: assign(({ event }) => {
      assertEvent(event, ['agent.prepare', 'agent.deliver']);
      return { wanted: event.message };
    }),
    wantAgain: assign(({ context }) => ({ wanted: context.given, given: null })),
    forgetWanted: assign({ wanted: null, launchedFor: null }),
    noteFound: assign(({ event }) => {
      assertEvent(event, 'process.found');
      return { given: event.message, isFound: event.is === 'ended' };
    }),
    noteLaunch: assign(({ context }) => ({ launchedFor: context.wanted })),
    noteReady: assign({ launchedFor: null }),
    noteGiven: assign(({ event }) => {
      assertEvent(event, 'agent.deliver');
      return { given: event.message, wanted: null };
    }),
    noteEnd: assign({ given: null }),
    noteInterrupt: assign({ isInterrupting: true }),
    noteRest: assign({ isWorking: false }),
    noteWork: assign({ isWorking: true }),
    noteIdle: assign({ reason: 'rest' }),
    noteReplaced: assign({ reason: 'replaced' }),
    noteAsked: assign({ reason: 'asked' }),
    noteStopped: assign({ reason: 'stopped' }),
    noteUnresponsive: assign({ reason: 'unresponsive' }),
    noteFailure: assign(({ event }) => {
      assertEvent(event, ['process.broken', 'process.damaged']);
      return { reason: 'broken' as const, failure: event.failure };
    }),
    noteExit: assign(({ event }) => {
      assertEvent(event, 'process.exited');
      return { code: event.code };
    }),
    countDeath: assign({ deaths: ({ context }) => context.deaths + 1 }),
    forgetDeathLater: raise({ type: 'death.forgotten' }, { delay: 'deathMemory' }),
    forgetDeath: assign({ deaths: ({ context }) => context.deaths - 1 }),
    forgetProcess: assign(ABSENT),
    tellPrepared: sendParent(({ event }): ProcessTold => {
      assertEvent(event, 'process.prepared');
      return { ...event, type: 'turn.prepared' };
    }),
    tellAnswered: sendParent((): ProcessTold => ({ type: 'agent.answered' })),
    tellSteerRefused: sendParent(({ event }): ProcessTold => {
      assertEvent(event, 'agent.steer');
      return { type: 'steer.refused', messageId: event.message.messageId, position: null };
    }),
    tellFailed: sendParent(({ event }): ProcessTold => {
      assertEvent(event, ['process.failed', 'process.broken']);
      return { type: 'agent.exited', failure: event.failure };
    }),
    tellNotRunning: sendParent((): ProcessTold => ({ type: 'agent.exited', failure: NOT_RUNNING })),
    tellExhausted: sendParent((): ProcessTold => ({ type: 'agent.exited', failure: EXHAUSTED })),
    tellGone: sendParent(({ context, event }): ProcessTold => {
      assertEvent(event, 'process.settled');
      return { type: 'agent.exited', failure: context.failure ?? event.failure };
    }),
  },
  guards: {
    diedByItself: ({ context }) => context.reason === null && !context.isFound,
    mayHaveBeenLeft: ({ context: { session } }) => session.turn !== null || session.position !== null,
    isFoundAbsent: ({ event }) => event.type === 'process.found' && event.is === 'absent',
    isWanted: ({ context }) => context.wanted !== null,
    isPreparedForWanted: ({ context, event }) =>
      event.type === 'process.prepared' && event.messageId === context.wanted?.messageId,
    isExhausted: ({ context }) => context.wanted !== null && context.deaths >= DEATHS_MAX,
    isWorking: ({ context }) => context.isWorking,
    isGiven: ({ context }) => context.given !== null,
    isInterrupting: ({ context }) => context.isInterrupting,
    isLeaving: ({ context }) => context.reason !== null,
    /** Its chat waits for the end of what it does, and hears of that. */
    isAsked: ({ context }) => context.reason === 'asked',
    isStopping: ({ context }) => context.reason === 'stopped',
    /** Its chat waits for its end, or its turn was cut off by it. */
    isAwaited: ({ context: { reason }, event }) =>
      event.type === 'process.settled' &&
      (reason === 'stopped' ||
        event.becomes === 'cutOff' ||
        (reason === 'asked' && event.becomes !== 'ended')),
    failedToStart: ({ context: { launchedFor, wanted, deaths }, event }) =>
      event.type === 'process.settled' &&
      (event.becomes !== 'again' || deaths >= DEATHS_MAX) &&
      launchedFor !== null &&
      launchedFor === wanted,
    isGivenAgain: ({ context, event }) =>
      event.type === 'process.settled' && event.becomes === 'again' && context.given !== null,
  },
  delays: {
    greetLimit: 30_000,
    stepLimit: 60_000,
    idleLimit: 300_000,
    interruptGrace: 5_000,
    leaveGrace: 2_000,
    terminateGrace: 3_000,
    killGrace: 3_000,
    deathMemory: 60_000,
  },
});

function wantedIn({ wanted }: ProcessContext) {
  if (wanted === null) throw new Error('A process was launched or prepared without a message.');
  return wanted;
}

export function contextOf(session: AgentSessionInput): ProcessContext {
  return { session, wanted: null, ...ABSENT, deaths: 0 };
}
