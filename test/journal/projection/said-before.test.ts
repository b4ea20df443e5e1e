import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ChatSaid } from '../../../machines/chat.events.ts';
import { createRecord } from '../../../machines/chat.record.ts';
import type { AgentEvent } from '../../../src/contract/agent-event.ts';
import type { ChatRecord } from '../../../src/contract/records.ts';
import { readHistoryEnds } from '../../../src/journal/projection/history-end.ts';
import { SaidBefore } from '../../../src/journal/projection/said-before.ts';
import { intrude } from '../../support/damage.ts';
import { temporaryFolder } from '../../storage/temporary-folder.ts';
import { NOW, idOf, open, said } from './open-test-history.ts';

const CHAT = {
  id: 'chat',
  provider: 'claude',
  title: 'Claude Code',
  createdAt: NOW.toISOString(),
  updatedAt: NOW.toISOString(),
  processing: false,
  parentChatId: null,
  state: 'idle' as const,
};
const RECORD: ChatRecord = {
  ...createRecord(CHAT, { policy: 'bypass' }),
  position: { runId: 'run-1', offset: 3 },
};

it('leaves out what the history has behind the log, whenever that was read, as often as it is there', async () => {
  const { saidBefore } = await startWith(['known', 'ok', 'ok'], { after: 1 });

  const again = saying([later('ok'), later('ok'), later('ok'), later('known')]);

  const events = [later('ok'), later('known')];
  expect(saidBefore.strip(again)).toEqual({ ...again, payload: { ...again.payload, events } });
});

it('keeps how far the output was read, when nothing of it is new', async () => {
  const { saidBefore } = await startWith(['said'], { after: 0 });

  expect(saidBefore.strip(saying([later('said')]))).toEqual({
    type: 'chat.updated',
    record: { position: { runId: 'run-1', offset: 9 } },
  });
});

it('takes what another process says for new', async () => {
  const { saidBefore } = await startWith(['said'], { after: 0 });

  const ofAnother = saying([later('said')], 'run-2');
  expect(saidBefore.strip(ofAnother)).toEqual(ofAnother);
  const ofTheFirst = saying([later('said')]);
  expect(saidBefore.strip(ofTheFirst)).toEqual(ofTheFirst);
});

it('looks at the end of a history only where an agent may be read again, or when no chat is known', async () => {
  const { folder, agents } = await startWith(['said'], { after: 0 });
  const places = { history: folder, agents };
  const ends = [{ chatId: 'chat', path: join(folder, 'chat.jsonl'), lastId: idOf(1) }];

  expect(await readHistoryEnds([RECORD], places)).toEqual(ends);
  expect(await readHistoryEnds(null, places)).toEqual(ends);
  expect(await readHistoryEnds([{ ...RECORD, position: null }], places)).toEqual([]);
});

it('finds the last whole line behind a torn one, and none in what is no file', async () => {
  const { folder, agents } = await startWith(['said'], { after: 0 });
  await appendFile(join(folder, 'chat.jsonl'), '{"n":"000000000002","id":"');
  await intrude(join(folder, 'pipe.jsonl'), 'a pipe');

  const ends = await readHistoryEnds(null, { history: folder, agents });

  expect(ends.map(({ chatId, lastId }) => [chatId, lastId])).toEqual([['chat', idOf(1)]]);
});

/** A history with these texts, one a line, of which the log has those up to `after`. */
async function startWith(texts: string[], { after }: { after: number }) {
  const { history, folder } = await open();
  texts.forEach((text, index) => history.append('chat', idOf(index + 1), [said(text)]));
  await history.sync();
  const agents = await temporaryFolder();
  await mkdir(join(agents, 'run-1'));
  const saidBefore = new SaidBefore();
  for (const end of await readHistoryEnds([RECORD], { history: folder, agents }))
    await saidBefore.note(RECORD, { ...end, after: idOf(after) });
  return { saidBefore, folder, agents };
}

function saying(events: AgentEvent[], runId = 'run-1'): ChatSaid {
  const payload = { chatId: 'chat', messageId: null, events };
  return { type: 'chat.said', payload, record: { position: { runId, offset: 9 } } };
}

/** The same, read at another time. */
function later(text: string): AgentEvent {
  return { ...said(text), timestamp: '2026-02-03T04:05:06.789Z' };
}
