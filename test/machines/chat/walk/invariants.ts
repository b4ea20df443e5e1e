import type { ChatEmitted } from '../../../../machines/chat.events.ts';
import { isOverBudget, isStoppedAtRest } from '../../../../machines/chat.budget.ts';
import { isOccupied as isAtWork, messageOf, openRequestsOf } from '../../../../machines/chat.context.ts';
import { isOpen, openTasksOf } from '../../../../machines/chat.tasks.ts';
import { leafOf } from '../../../support/state-names.ts';
import type { Stand } from '../../../support/start-chat.ts';
import type { Walk } from './walk.ts';

/** What was said of one message, in order: `accepted`, `started`, `delta`, `completed`, `dropped`. */
type Life = string[];

/** What must hold along every walk; each returns what is wrong. The titles stand in `docs/machines/chat.md`. */
export const INVARIANTS: Record<string, (walk: Walk) => string[]> = {
  'every accepted message has exactly one end, or still waits or runs': (walk) => {
    const { context } = walk.chat.getSnapshot();
    const said = context.record.steered.map(({ message }) => message);
    const open = new Set(
      [messageOf(context), ...context.record.queue, ...said].flatMap((message) => message?.messageId ?? []),
    );
    return eachMessage(walk, (messageId, life) => {
      const ends = countOf(life, 'completed') + countOf(life, 'dropped');
      return ends + (open.has(messageId) ? 1 : 0) === 1;
    });
  },
  'started turns are completed or run': (walk) =>
    eachMessage(walk, (messageId, life) => {
      const { turn, steered } = walk.chat.getSnapshot().context.record;
      const isTurn = turn?.message.messageId === messageId;
      const isPart = steered.some(({ message, isTaken }) => isTaken && message.messageId === messageId);
      const isRunning = isTurn || isPart;
      return countOf(life, 'started') === countOf(life, 'completed') + (isRunning ? 1 : 0);
    }),
  'a message is accepted, then started, then speaks, then is completed': (walk) =>
    eachMessage(walk, (_, life) => isSorted(life.map((word) => ORDER.indexOf(word)))),
  'what is said into a turn ends before it, in the same way': (walk) =>
    walk.emitted.flatMap((event, place) => {
      if (event.type !== 'chat.turn.completed') return [];
      const { steers: host, messageId, outcome } = event.payload;
      if (host === undefined) return [];
      const end = walk.emitted
        .slice(place)
        .find((later) => later.type === 'chat.turn.completed' && later.payload.messageId === host);
      const isSame = end?.type === 'chat.turn.completed' && end.payload.outcome === outcome;
      return isSame ? [] : [messageId];
    }),
  'a message that was dropped never started': (walk) =>
    eachMessage(walk, (_, life) => !(life.includes('dropped') && life.includes('started'))),
  'nothing is said after chat.deleted, and that is said exactly when the chat ends as deleted': ({
    chat,
    emitted,
  }) => {
    const isDeleted = chat.getSnapshot().matches('deleted');
    const place = emitted.findIndex(({ type }) => type === 'chat.deleted');
    return place === (isDeleted ? emitted.length - 1 : -1) ? [] : [`said at ${place} of ${emitted.length}`];
  },
  'a chat is processing exactly while it has a message or works by itself or ends a process': ({ stands }) =>
    stands.flatMap(({ snapshot }) =>
      snapshot.hasTag('processing') === isOccupied(snapshot) ? [] : [leafOf(snapshot)],
    ),
  'the agent is told to deliver once for each preparation at most': (walk) =>
    eachMessage(walk, (messageId) => {
      const deliveries = walk.commands.filter(
        (command) => command.type === 'agent.deliver' && command.message.messageId === messageId,
      );
      return deliveries.length <= (walk.preparations.get(messageId) ?? 0);
    }),
  'every opened request is closed once, or still open': ({ chat, emitted }) => {
    const opened = emitted.flatMap((event) =>
      event.type === 'chat.request.opened' ? [event.payload.request.id] : [],
    );
    const closed = emitted.flatMap((event) =>
      event.type === 'chat.request.closed' ? [event.payload.requestId] : [],
    );
    const open = openRequestsOf(chat.getSnapshot().context.record).map(({ id }) => id);
    return opened.filter((id) => [...closed, ...open].filter((other) => other === id).length !== 1);
  },
  'nothing runs once the budget is used up': ({ stands }) =>
    stands.flatMap(({ snapshot }) =>
      (isOverBudget(snapshot.context) && leafOf(snapshot).startsWith('running')) ||
      (isStoppedAtRest(snapshot.context) && leafOf(snapshot).startsWith('resting'))
        ? [leafOf(snapshot)]
        : [],
    ),
  'every task that was told of ends once, or still runs': ({ chat, emitted }) => {
    const changes = emitted.flatMap((event) =>
      event.type === 'chat.task.changed' ? [event.payload.task] : [],
    );
    const open = openTasksOf(chat.getSnapshot().context.record).map(({ id }) => id);
    return [...new Set(changes.map(({ id }) => id))].filter((id) => {
      const ends = changes.filter((task) => task.id === id && !isOpen(task));
      return ends.length + (open.includes(id) ? 1 : 0) !== 1;
    });
  },
  'a request is open only while the chat is processing': ({ chat }) => {
    const snapshot = chat.getSnapshot();
    return snapshot.context.record.requests.length === 0 || snapshot.hasTag('processing')
      ? []
      : ['open at rest'];
  },
};

function isOccupied(snapshot: Stand['snapshot']): boolean {
  return isAtWork(snapshot.context) || ENDS_A_PROCESS.test(leafOf(snapshot));
}

const ORDER = ['accepted', 'started', 'delta', 'completed', 'dropped'];
const ENDS_A_PROCESS = /^stopping/;

function eachMessage(walk: Walk, isFine: (messageId: string, life: Life) => boolean): string[] {
  const accepted = walk.emitted.flatMap((event) =>
    event.type === 'chat.turn.accepted' ? [event.payload.messageId] : [],
  );
  return [...foundAtStart(walk), ...accepted].flatMap((messageId) => {
    const life = lifeOf(walk, messageId);
    return isFine(messageId, life) ? [] : [`${messageId}: ${life.join(' ')}`];
  });
}

function foundAtStart({ start }: Walk): string[] {
  const turn = start.session?.turn;
  const steered = (start.steered ?? []).map(({ message }) => message);
  const found = [...(turn ? [turn.message] : []), ...(start.queue ?? []), ...steered];
  return found.map(({ messageId }) => messageId);
}

/** Messages that the chat was started with have lived up to there before. */
function lifeOf(walk: Walk, messageId: string): Life {
  const accepted = foundAtStart(walk).includes(messageId) ? ['accepted'] : [];
  const isTurn = walk.start.session?.turn?.message.messageId === messageId;
  const steered = walk.start.steered ?? [];
  const isPart = steered.some(({ message, isTaken }) => isTaken && message.messageId === messageId);
  const started = isTurn || isPart ? ['started'] : [];
  return [...accepted, ...started, ...walk.emitted.flatMap((event) => wordOf(event, messageId))];
}

function wordOf(event: ChatEmitted, messageId: string): string[] {
  if (event.type === 'chat.updated' || !('messageId' in event.payload)) return [];
  if (event.payload.messageId !== messageId) return [];
  const word = event.type.split('.').at(-1) ?? '';
  return ORDER.includes(word) ? [word] : [];
}

function countOf(life: Life, word: string): number {
  return life.filter((candidate) => candidate === word).length;
}

function isSorted(numbers: number[]): boolean {
  return numbers.every((number, place) => place === 0 || number >= (numbers[place - 1] ?? 0));
}
