import type { StateValueFrom } from 'xstate';
import type { ChatEvent } from '../../../machines/chat.events.ts';
import type { chatMachine } from '../../../machines/chat.machine.ts';
import {
  COMPLETED,
  CRASHED,
  READ_AT,
  SPENT,
  answered,
  asked,
  declined,
  ended,
  interrupt,
  message,
  prepared,
  said,
  spends,
  submit,
  waits,
} from '../../support/chat-words.ts';
import type { ChatStart, ChatStep } from '../../support/start-chat.ts';
import type { LeafOf } from '../../support/state-names.ts';

/** States that decide at once where to go on, so that no event ever meets them. */
type Passing = 'restoring' | 'settled' | 'running.resuming' | 'gone';

export type State = Exclude<LeafOf<StateValueFrom<typeof chatMachine>>, Passing>;

/** One line of an agent means different things, so it has a column for each. */
type SaidKey =
  | 'said'
  | 'said end'
  | 'said end, works on'
  | 'said works by itself'
  | 'said rests'
  | 'said, uses up the budget';

type BudgetKey =
  | 'request.answer, raises the budget'
  | 'request.answer, keeps the budget'
  | 'chat.configure, lifts the budget'
  | 'workspace.spent, lifted';

export type EventKey = Exclude<ChatEvent['type'], 'agent.said'> | SaidKey | BudgetKey;

/** Message m1 is the current one wherever there is one; r1 is the open request; m2 comes or waits. */
export const EVENTS: Record<EventKey, ChatEvent> = {
  'message.submit': submit('m2'),
  'message.steer': { type: 'message.steer', message: message('m2') },
  'agent.waits': waits('m1'),
  'steer.written': { type: 'steer.written', messageId: 'm2' },
  'steer.taken': { type: 'steer.taken', messageId: 'm2', position: null },
  'steer.refused': { type: 'steer.refused', messageId: 'm2', position: null },
  'message.withdraw': { type: 'message.withdraw', messageId: 'm2' },
  'queue.clear': { type: 'queue.clear' },
  'queue.reorder': { type: 'queue.reorder', messageId: 'm2', position: 0 },
  'turn.interrupt': interrupt(),
  'request.answer': answered('r1'),
  'request.answer, raises the budget': answered('budget-1'),
  'request.answer, keeps the budget': declined('budget-1'),
  'task.stop': { type: 'task.stop', taskId: 't1' },
  'workspace.spent': { type: 'workspace.spent', spent: SPENT },
  'workspace.spent, lifted': { type: 'workspace.spent', spent: null },
  'turns.hold': { type: 'turns.hold' },
  'turns.release': { type: 'turns.release' },
  'chat.configure': { type: 'chat.configure', change: { title: 'Renamed' } },
  'chat.configure, lifts the budget': { type: 'chat.configure', change: { budget: null } },
  'chat.delete': { type: 'chat.delete' },
  'chat.shutdown': { type: 'chat.shutdown' },
  'clock.read': { type: 'clock.read', at: READ_AT },
  'turn.prepared': prepared('m1'),
  'agent.answered': { type: 'agent.answered' },
  'agent.stirred': { type: 'agent.stirred' },
  'agent.exited': CRASHED,
  'request.opened': asked('r1'),
  'request.withdrawn': { type: 'request.withdrawn', requestId: 'r1', position: null },
  said: said('m1'),
  'said end': ended('m1', COMPLETED),
  'said end, works on': { ...ended('m1', COMPLETED), selfDirected: true },
  'said works by itself': said(null, { selfDirected: true }),
  'said rests': said(null, { selfDirected: false }),
  'said, uses up the budget': spends('m1', 100),
};

const WORKING: ChatStep[] = [submit('m1'), prepared('m1')];

const USED_UP: ChatStep[] = [spends(null, 100)];

/** Where the chat comes from: it may use a hundred tokens. */
export function startOf(state: State): ChatStart {
  const given = { origin: { kind: 'givenUp' as const, reason: 'It broke.' } };
  return { budget: { tokens: 100 }, ...(state === 'givenUp' && given) };
}

/** How each state is reached; numbers are milliseconds that pass. */
export const ROUTE_TO: Record<State, ChatStep[]> = {
  'resting.idle': [],
  'resting.errored': [...WORKING, ended('m1', { outcome: 'errored' })],
  'running.starting': [submit('m1')],
  'running.working': WORKING,
  'running.probing': [...WORKING, 600_000],
  'running.awaiting': [...WORKING, asked('r1')],
  'overBudget.asking': USED_UP,
  'overBudget.declined': [...USED_UP, declined('budget-1')],
  interrupting: [...WORKING, interrupt()],
  stopping: [...WORKING, { type: 'chat.delete' }],
  givenUp: [],
  deleted: [...WORKING, { type: 'chat.delete' }, CRASHED],
  stopped: [...WORKING, { type: 'chat.shutdown' }, CRASHED],
};
