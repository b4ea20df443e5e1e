import type { ChatEmitted } from '../../../../machines/chat.events.ts';
import { leafOf } from '../../../support/state-names.ts';
import type { Stand, Walk } from './walk.ts';

/** What was said of one message, in order: `accepted`, `started`, `delta`, `completed`, `dropped`. */
type Life = string[];

/** What must hold along every walk; each returns what is wrong. The titles stand in `docs/machines/chat.md`. */
export const INVARIANTS: Record<string, (walk: Walk) => string[]> = {
  'every accepted message has exactly one end, or still waits or runs': (walk) => {
    const { current, queue } = walk.chat.getSnapshot().context;
    const open = new Set([current, ...queue].flatMap((message) => message?.messageId ?? []));
    return eachMessage(walk, (messageId, life) => {
      const ends = countOf(life, 'completed') + countOf(life, 'dropped');
      return ends + (open.has(messageId) ? 1 : 0) === 1;
    });
  },
  'started turns are completed or run': (walk) =>
    eachMessage(walk, (messageId, life) => {
      const { current, delivery } = walk.chat.getSnapshot().context;
      const isRunning = delivery !== null && current?.messageId === messageId;
      return countOf(life, 'started') === countOf(life, 'completed') + (isRunning ? 1 : 0);
    }),
  'a message is accepted, then started, then speaks, then is completed': (walk) =>
    eachMessage(walk, (_, life) => isSorted(life.map((word) => ORDER.indexOf(word)))),
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
    const open = chat.getSnapshot().context.requests.map(({ id }) => id);
    return opened.filter((id) => [...closed, ...open].filter((other) => other === id).length !== 1);
  },
  'a request is open only while the chat is processing': ({ chat }) => {
    const snapshot = chat.getSnapshot();
    return snapshot.context.requests.length === 0 || snapshot.hasTag('processing') ? [] : ['open at rest'];
  },
};

function isOccupied(snapshot: Stand['snapshot']): boolean {
  const { current, selfDirected } = snapshot.context;
  return current !== null || selfDirected || ENDS_A_PROCESS.test(leafOf(snapshot));
}

const ORDER = ['accepted', 'started', 'delta', 'completed', 'dropped'];
const ENDS_A_PROCESS = /^(stopping|interrupting\.(terminating|killing))/;

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
  return [...(turn ? [turn.message] : []), ...(start.queue ?? [])].map(({ messageId }) => messageId);
}

/** Messages that the chat was started with have lived up to there before. */
function lifeOf(walk: Walk, messageId: string): Life {
  const accepted = foundAtStart(walk).includes(messageId) ? ['accepted'] : [];
  const started = walk.start.session?.turn?.message.messageId === messageId ? ['started'] : [];
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
