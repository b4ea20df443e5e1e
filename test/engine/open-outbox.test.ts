import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createActor, SimulatedClock, toPromise, waitFor } from 'xstate';
import { expect, it } from 'vitest';
import { outboxMachine } from '../../machines/outbox.machine.ts';
import { readSettledId } from '../../src/control-plane/outbox-file.ts';
import type { Journal } from '../../src/journal/journal.ts';
import type { JournalEntry } from '../../src/journal/event-line.ts';
import { createLog } from '../../src/log.ts';
import { OpenedOutbox } from '../../src/engine/open-outbox.ts';
import { createEngineStorage, type EngineStorage } from '../../src/storage/atomic-files.ts';
import { openLogFile } from '../../src/storage/log-file.ts';
import { idOf, openTestJournal } from '../journal/open-test-journal.ts';
import { bareRecorder } from '../support/bare-recorder.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';

it('keeps what leaves the log untold as dead letters, and says how many those are', async () => {
  const { base, outbox, append, recorded, next } = await open();
  await append(trouble('one'), trouble('two'), trouble('three'));
  expect(outbox.lag).toBe(3);

  await outbox.giveUp(2);

  const letters = (await readFile(join(base, 'engine', 'dead-letters.jsonl'), 'utf8')).trimEnd().split('\n');
  expect(letters.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { reason: expect.stringContaining('left the log'), event: { id: idOf(1), workspaceId: 'workspace-1' } },
    { reason: expect.stringContaining('left the log'), event: { id: idOf(2), workspaceId: 'workspace-1' } },
  ]);
  expect(recorded).toEqual([
    {
      type: 'error',
      payload: {
        code: 'webhooks_given_up',
        message:
          '2 events left the log before the control plane could be told; they are kept in the dead-letter file.',
        context: { count: 2, firstId: idOf(1), lastId: idOf(2) },
      },
    },
  ]);
  expect((await next())?.id).toBe(idOf(3));
});

it('lets go of them also when they cannot be written, and says so', async () => {
  const openFile = () => Promise.reject(new Error('EIO'));
  const { outbox, append, recorded, next } = await open(openFile);
  await append(trouble('one'));

  await outbox.giveUp(1);

  expect(recorded).toMatchObject([
    { type: 'error', payload: { message: expect.stringContaining('they could not be kept') } },
  ]);
  expect(await next()).toBeNull();
});

it('tells a control plane that was away for an hour of a question once, before its close, also by another engine', async () => {
  const base = await temporaryFolder();
  const { journal } = await openTestJournal(base);
  const store = createEngineStorage({ base });
  const monolith = { isAway: true, told: [] as string[] };
  const payload = { chatId: 'c1', messageId: 'm1' };
  const request = { id: 'r1', kind: 'question' as const, openedAt: AT, expiresAt: AT };

  const first = await serve({ store, journal, monolith });
  await first.append({ type: 'chat.request.opened', payload: { ...payload, request } });
  await first.pass(HALF_AN_HOUR);
  first.actor.stop();
  const second = await serve({ store, journal, monolith });
  await second.append({
    type: 'chat.request.closed',
    payload: { chatId: 'c1', requestId: 'r1', outcome: 'allowed' },
  });
  await second.pass(HALF_AN_HOUR);
  expect(monolith.told).toEqual([]);
  monolith.isAway = false;
  second.clock.increment(LONGEST_WAIT);

  await expect
    .poll(() => monolith.told)
    .toEqual([`chat.request.opened ${idOf(1)}`, `chat.request.closed ${idOf(2)}`]);
  second.actor.stop();
});

const AT = '2026-01-01T00:00:00.000Z';
const HALF_AN_HOUR = 1_800_000;
const LONGEST_WAIT = 300_000;

interface Served {
  store: EngineStorage;
  journal: Journal;
  monolith: { isAway: boolean; told: string[] };
}

/** What an engine tells, on a clock the test owns, from where the one before it had written down. */
async function serve({ store, journal, monolith }: Served) {
  const settledId = await readSettledId(store, () => undefined);
  const log = createLog({ level: 'silent', secrets: [] });
  const outbox = new OpenedOutbox({ store, journal, settledId, workspaceId: 'workspace-1', log });
  const actors = outbox.connect({
    client: {
      async deliver({ type, id }) {
        if (monolith.isAway) return { kind: 'unavailable', reason: 'It is away.' };
        monolith.told.push(`${type} ${id}`);
        return { kind: 'delivered', isDuplicate: false };
      },
    },
    recorder: bareRecorder(),
    workspace: { repositories: { list: () => Promise.resolve([]) } },
  });
  const clock = new SimulatedClock();
  const actor = createActor(outboxMachine.provide({ actors }), { clock });
  actor.on('event.settled', ({ id }) => outbox.settle(id));
  actor.start();
  async function pass(milliseconds: number): Promise<void> {
    for (let passed = 0; passed < milliseconds; passed += 60_000) {
      await waitFor(actor, (snapshot) => snapshot.matches({ active: { delivery: 'backingOff' } }));
      clock.increment(60_000);
    }
  }
  async function append(entry: JournalEntry): Promise<void> {
    outbox.note([entry], journal.append([entry], { sync: false }));
    await journal.committed();
  }
  return { actor, clock, append, pass };
}

async function open(openFile = openLogFile) {
  const base = await temporaryFolder();
  const { journal } = await openTestJournal(base);
  const store = createEngineStorage({ base, openFile });
  const log = createLog({ level: 'silent', secrets: [] });
  const outbox = new OpenedOutbox({ store, journal, settledId: null, workspaceId: 'workspace-1', log });
  const recorded: JournalEntry[] = [];
  const actors = outbox.connect({
    client: { deliver: () => Promise.resolve({ kind: 'delivered', isDuplicate: false }) },
    recorder: bareRecorder({
      append: (entries) => {
        recorded.push(...entries);
        return '';
      },
    }),
    workspace: { repositories: { list: () => Promise.resolve([]) } },
  });
  const next = () => toPromise(createActor(actors.nextEvent, { input: { mayWait: false } }).start());
  async function append(...entries: JournalEntry[]): Promise<void> {
    outbox.note(entries, journal.append(entries, { sync: false }));
    await journal.committed();
  }
  return { base, outbox, append, recorded, next };
}

function trouble(code: string): JournalEntry {
  return { type: 'error', payload: { code, message: code } };
}
