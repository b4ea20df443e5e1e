import { hasStarted, messageOf, waitingOf } from '../../../../machines/chat.context.ts';
import type { ChatContext } from '../../../../machines/chat.events.ts';
import { openTasksOf } from '../../../../machines/chat.tasks.ts';
import {
  CRASHED,
  SPENT,
  answered,
  asked,
  declined,
  ended,
  interrupt,
  message,
  prepared,
  request,
  runs,
  said,
  session,
  sessionMidTurn,
  submit,
  task,
  waits,
} from '../../../support/chat-words.ts';
import type { ChatStart, ChatStep } from '../../../support/start-chat.ts';

/** A step that fits where the chat stands; nothing where it cannot happen. */
export type Move = (context: ChatContext, fresh: string) => ChatStep | null | undefined;

/** Steps that people and agents take, and some that come too late or from somewhere else. */
export const MOVES: Record<string, Move> = {
  submit: (_, fresh) => submit(fresh),
  steer: (_, fresh) => ({ type: 'message.steer', message: message(fresh) }),
  'takes a steer': ({ record }) => {
    const open = record.steered.find(({ isTaken }) => !isTaken);
    return open && steer('taken', open.message.messageId);
  },
  'writes a steer': ({ unwritten: [messageId] }) =>
    messageId === undefined ? undefined : { type: 'steer.written', messageId },
  'takes foreign steer': () => steer('taken', 'foreign'),
  'refuses a steer': ({ record }) => {
    const open = record.steered.findLast(({ isTaken }) => !isTaken);
    return open && steer('refused', open.message.messageId);
  },
  'refuses foreign steer': () => steer('refused', 'foreign'),
  'withdraw first': (context) => {
    const [first] = waitingOf(context);
    return first && { type: 'message.withdraw', messageId: first.messageId };
  },
  'withdraw foreign': () => ({ type: 'message.withdraw', messageId: 'foreign' }),
  'clear queue': () => ({ type: 'queue.clear' }),
  'reorder last': (context) => {
    const last = waitingOf(context).at(-1);
    return last && { type: 'queue.reorder', messageId: last.messageId, position: 0 };
  },
  interrupt: () => interrupt(),
  'interrupt and clear': () => interrupt(true),
  'answer first': ({
    record: {
      requests: [first],
    },
  }) => first && answered(first.id),
  'answer foreign': () => answered('foreign'),
  'begins a task': ({ record }, fresh) => runs(...openTasksOf(record), task(`t-${fresh}`)),
  'ends a task': ({ record }) => {
    const [first, ...others] = openTasksOf(record);
    return first && runs({ ...first, state: 'completed' }, ...others);
  },
  'loses its tasks': () => runs(),
  'stop a task': ({ record }) => {
    const [first] = openTasksOf(record);
    return first && { type: 'task.stop', taskId: first.id };
  },
  'raises the budget': ({ record: { budget } }) => budget?.request && answered(budget.request.id),
  'raises the budget too little': ({ record: { budget } }) =>
    budget?.request && {
      type: 'request.answer',
      requestId: budget.request.id,
      answer: { decision: 'allow', budget: { tokens: 1 } },
    },
  'keeps the budget': ({ record: { budget } }) => budget?.request && declined(budget.request.id),
  'sets a budget': () => ({ type: 'chat.configure', change: { budget: { tokens: 10 } } }),
  'lifts the budget': () => ({ type: 'chat.configure', change: { budget: null } }),
  'uses up the budget of the workspace': () => ({ type: 'workspace.spent', spent: SPENT }),
  'lifts the budget of the workspace': () => ({ type: 'workspace.spent', spent: null }),
  hold: () => ({ type: 'turns.hold' }),
  release: () => ({ type: 'turns.release' }),
  prepared: (context) => {
    const current = messageOf(context);
    return current && prepared(current.messageId);
  },
  'prepared foreign': () => prepared('foreign'),
  said: (context) => (hasStarted(context) ? said(messageOf(context)?.messageId ?? null) : undefined),
  'said what it used': (context) => {
    const messageId = hasStarted(context) ? (messageOf(context)?.messageId ?? null) : null;
    return said(messageId, { events: [], spent: { outputTokens: 7, costUsd: 0.1 } });
  },
  'said, tool opens': (context) => {
    const current = messageOf(context);
    return current && said(current.messageId, { events: [], openTools: 1 });
  },
  'said end': (context) => {
    const current = messageOf(context);
    return current && ended(current.messageId);
  },
  'said end, errored': (context) => {
    const current = messageOf(context);
    return current && ended(current.messageId, { outcome: 'errored' });
  },
  'said end, works on': (context) => {
    const current = messageOf(context);
    return current && { ...ended(current.messageId), selfDirected: true };
  },
  'said end of foreign': () => ended('foreign'),
  'said works by itself': () => said(null, { selfDirected: true }),
  'said rests': () => said(null, { selfDirected: false }),
  waits: (context) => (hasStarted(context) ? waits(messageOf(context)?.messageId ?? null) : undefined),
  answered: () => ({ type: 'agent.answered' }),
  stirred: () => ({ type: 'agent.stirred' }),
  asked: (_, fresh) => asked(`r-${fresh}`),
  'withdraws first request': ({
    record: {
      requests: [first],
    },
  }) => first && { type: 'request.withdrawn', requestId: first.id, position: null },
  'withdraws foreign request': () => ({ type: 'request.withdrawn', requestId: 'foreign', position: null }),
  configure: () => ({
    type: 'chat.configure',
    change: { title: 'Renamed', model: 'm', thinkingLevel: 'low', policy: 'ask' },
  }),
  exited: () => CRASHED,
  'five seconds': () => 5_000,
  'ten minutes': () => 600_000,
};

/** Steps after which a chat soon ends, so that a walk takes them rarely. */
export const FINAL_MOVES: Record<string, Move> = {
  delete: () => ({ type: 'chat.delete' }),
  shutdown: () => ({ type: 'chat.shutdown' }),
};

function steer(how: 'taken' | 'refused', messageId: string): ChatStep {
  return { type: `steer.${how}`, messageId, position: null };
}

/** Records from which chats are taken up. */
export const STARTS: ChatStart[] = [
  {},
  {},
  { mayStart: false },
  { budget: { tokens: 10 } },
  { budget: { tokens: 10 }, session: sessionMidTurn('q0'), queue: [message('q1')] },
  { queue: [message('q1'), message('q2')] },
  { session: sessionMidTurn('q0') },
  { session: sessionMidTurn('q0'), queue: [message('q1')], interrupting: true },
  { session: sessionMidTurn('q0', { requests: [request('r0')] }), selfDirected: true },
  {
    session: sessionMidTurn('q0', { steering: [message('s1')] }),
    steered: [
      { message: message('s0'), isTaken: true },
      { message: message('s1'), isTaken: false },
    ],
  },
  { session: session({ sessionId: 'native-1' }), selfDirected: true },
  { errored: true },
  { origin: { kind: 'created' } },
  {
    session: sessionMidTurn('q0', { requests: [request('r0')] }),
    queue: [message('q1')],
    steered: [{ message: message('s0'), isTaken: false }],
    origin: { kind: 'copied' },
  },
  {
    session: sessionMidTurn('q0', { requests: [request('r0')] }),
    queue: [message('q1')],
    steered: [{ message: message('s0'), isTaken: false }],
    origin: { kind: 'moved' },
  },
  { session: sessionMidTurn('q0'), queue: [message('q1')], origin: { kind: 'givenUp', reason: 'It broke.' } },
];
