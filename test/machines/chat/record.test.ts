import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ChatsFileSchema, type ChatRecord } from '../../../src/contract/records.ts';
import { parseLine, type JournalEntry, type StoredLine } from '../../../src/journal/event-line.ts';
import { conditionOf } from '../../../src/journal/projection/chat-condition.ts';
import { bareRecorder } from '../../support/bare-recorder.ts';
import { chatIdOf, recordAfter } from '../../../src/journal/projection/restore.ts';
import { CHAT_ID, asked, ended, message, said, sessionMidTurn, submit } from '../../support/chat-words.ts';
import { recordOf, startChat } from '../../support/start-chat.ts';
import { leafOf } from '../../support/state-names.ts';
import { walkChat, type Walk } from './walk/walk.ts';

const WALKS = 200;
const STEPS = 60;
const NOW = new Date('2026-01-01T00:00:00.000Z');
const CLOCK = { bootId: 'boot', ms: 0 };
const LISTS = ['queue', 'requests', 'steered', 'receipts'] as const;
const ID = '000000000001-00000000';

describe('whatever happens to a chat', () => {
  const walks = () => Array.from({ length: WALKS }, (_, seed) => walkChat(seed, STEPS));

  it('its lines tell the very record that its machine has', () => {
    expect(shortest(walks().flatMap(firstDifference))).toBe(undefined);
  });

  it('it is taken up from its record where it stood', () => {
    const violations = walks().flatMap((walk) => {
      const snapshot = walk.chat.getSnapshot();
      const expected = standsAgainIn(snapshot);
      if (snapshot.status !== 'active' || expected === null) return [];
      const { record: known, mayStart } = snapshot.context;
      const record = { ...known, chat: { ...known.chat, state: conditionOf(snapshot).state } };
      const again = leafOf(startChat({ record, mayStart }).chat.getSnapshot());
      return again === expected ? [] : [{ route: walk.route, expected, again }];
    });

    expect(shortest(violations)).toBe(undefined);
  });
});

describe('a home of version 1', () => {
  const home = (file: string) => readFileSync(new URL(`home-of-version-1/${file}`, import.meta.url), 'utf8');
  const linesOf = (file: string) => home(file).trimEnd().split('\n').map(readLine);
  const recordsOf = (file: string) => JSON.parse(home(file)) as ChatRecord[];

  it('is read from its whole log', () => {
    expect(fold(new Map(), linesOf('events.jsonl'))).toEqual(recordsOf('records.json'));
  });

  it('is read from its checkpoint and what the log tells beyond it', () => {
    const { chats, watermark } = ChatsFileSchema.parse(JSON.parse(home('chats.json')));
    const records = new Map(chats.map((record) => [record.chat.id, record]));
    const beyond = linesOf('events.jsonl').filter(({ id }) => id > watermark);

    expect(beyond).toHaveLength(26);
    const known = recordsOf('records.json');
    for (const record of known) delete record.endedTurns; // its checkpoint does not know them
    expect(fold(records, beyond)).toMatchObject(known);
  });

  it('is read whatever happened to its chats, with the order of a queue told as a whole', () => {
    expect(home('walks.jsonl')).toContain('"record":{"queue":[');
    expect(fold(new Map(), linesOf('walks.jsonl'))).toEqual(recordsOf('walked.json'));
  });
});

function readLine(text: string): StoredLine {
  const line = parseLine(text);
  if (line === null) throw new Error(`No line: ${text}`);
  return line;
}

function fold(records: Map<string, ChatRecord>, lines: readonly StoredLine[]): ChatRecord[] {
  for (const line of lines) {
    const chatId = chatIdOf(line);
    if (chatId === undefined) continue;
    const record = recordAfter(records.get(chatId), line);
    if (record === undefined) records.delete(chatId);
    else records.set(chatId, record);
  }
  return [...records.values()];
}

/** Records what a walk emitted, step by step, and compares what the lines tell with what the recorder shows. */
function firstDifference(walk: Walk) {
  const isNew = walk.start.origin?.kind === 'created';
  let told = isNew ? undefined : recordOf(walk.start);
  const records = new Map(told === undefined ? [] : [[CHAT_ID, told]]);
  const append = (entries: JournalEntry[]) => {
    told = entries.reduce((record, entry) => recordAfter(record, asStored(entry)), told);
    return ID;
  };
  const recorder = bareRecorder({
    append,
    onDelta: () => undefined,
    now: () => NOW,
    clock: () => CLOCK,
    records,
  });
  for (const { emitted, snapshot } of walk.stands) {
    recorder.tellChat(snapshot.context.record, emitted, conditionOf(snapshot));
    const known = records.get(CHAT_ID);
    if (JSON.stringify(sorted(told)) === JSON.stringify(sorted(known))) continue;
    return [{ route: walk.route, emitted, told, known }];
  }
  return [];
}

function asStored(entry: JournalEntry): StoredLine {
  return { ...entry, id: ID, ts: NOW.toISOString(), end: true };
}

function sorted(record: ChatRecord | undefined) {
  return record && Object.entries(record).toSorted(([one], [other]) => (one < other ? -1 : 1));
}

/** Null where a process is being ended, for the chat or against its silence: the next engine meets the turn anew. */
function standsAgainIn(snapshot: ReturnType<Walk['chat']['getSnapshot']>): string | null {
  const leaf = leafOf(snapshot);
  const { stopReason, mayStart, record } = snapshot.context;
  if (leaf.startsWith('stopping') || leaf === 'givenUp') return null;
  if (leaf.startsWith('interrupting')) return stopReason === 'user' && leaf === 'interrupting' ? leaf : null;
  if (leaf === 'running.probing') return 'running.working';
  // While turns are held, what was being prepared waits again.
  if (leaf === 'running.starting') return record.selfDirected || !mayStart ? null : leaf;
  return leaf;
}

function shortest<Violation extends { route: string[] }>(violations: Violation[]): Violation | undefined {
  return violations.toSorted((one, other) => one.route.length - other.route.length)[0];
}

describe('what a line does not concern', () => {
  const GATHERED = recordOf({
    session: sessionMidTurn('m1'),
    queue: Array.from({ length: 1000 }, (_, place) => message(`q${place}`)),
    steered: [{ message: message('s1'), isTaken: true }],
  });

  it.each([
    ['what the agent says', [said('m1'), said('m1', { sessionId: 'native-1' })], LISTS],
    ['a request', [asked('r1')], ['queue', 'steered', 'receipts']],
    ['a message that comes', [submit('m2')], ['requests', 'steered']],
    [
      'a message that goes',
      [{ type: 'message.withdraw', messageId: 'q7' }],
      ['requests', 'steered', 'receipts'],
    ],
    ['the end of the turn', [ended('m1')], ['receipts']],
  ] as const)('is shared by the records before and after %s', (_, steps, shared) => {
    const { chat, take } = startChat({ record: GATHERED, mayStart: false });

    take(...steps);

    const { record } = chat.getSnapshot().context;
    expect(record).not.toBe(GATHERED);
    expect(shared.filter((list) => record[list] !== GATHERED[list])).toEqual([]);
  });

  it('is at most a thousand receipts', () => {
    const { chat, take } = startChat({ mayStart: false });

    for (let sent = 0; sent < 1_002; sent += 1) {
      take(submit(`m${sent}`), { type: 'message.withdraw', messageId: `m${sent}` });
    }

    const { receipts } = chat.getSnapshot().context.record;
    expect(receipts.map(({ messageId }) => messageId).slice(0, 2)).toEqual(['m2', 'm3']);
    expect(receipts).toHaveLength(1_000);
  });
});
