import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { promptIn as promptOfClaude } from '../../src/agents/claude/transcript.ts';
import { promptIn as promptOfCodex } from '../../src/agents/codex/rollout.ts';
import { NativeSession, type NativePrompt } from '../../src/agents/native-session.ts';
import type { SessionMark } from '../../src/contract/records.ts';

const NOW = new Date('2026-11-22T12:00:00.000Z');

it('tells once of what it did not ask for, and nothing of what it did', async () => {
  const { file, say, open } = await createSession();
  const session = open();
  session.begin('s1');
  session.mark({ runId: 'r1' }, { turnId: 'mine' });
  await say('mine', 'mine~1go', 'theirs', null);

  expect(await session.look('s1', file)).toEqual({
    timestamp: NOW.toISOString(),
    type: 'session-gap',
    payload: {
      reason: 'foreign_turns',
      sessionId: 's1',
      turns: 2,
      firstAt: 'at theirs',
      lastAt: 'at null',
      message: expect.stringContaining('2 messages'),
    },
  });
  expect(await session.look('s1', file)).toBeNull();
});

it('goes on from where the last engine kept that it was', async () => {
  const { file, say, open } = await createSession();
  const first = open();
  first.begin('s1');
  await say('theirs');
  await first.look('s1', file);
  const { sessionMark } = first.mark({ runId: 'r1', sessionMark: undefined }, { turnId: 'mine' });
  await say('mine', 'theirs');

  const next = open({ mark: sessionMark, turnIds: ['mine'] });
  expect((await next.look('s1', file))?.payload['turns']).toBe(1);
});

it.each([
  ['that was never looked at', undefined],
  ['in the place of another', { sessionId: 's0', offset: 3 }],
])('takes a session %s as it is', async (_, mark) => {
  const { file, say, open } = await createSession();
  await say('theirs');
  const session = open({ mark });
  expect(await session.look('s1', file)).toBeNull();
  await say('theirs');
  expect((await session.look('s1', file))?.payload['turns']).toBe(1);
});

it('waits for the end of a line, and does without a file', async () => {
  const { file, open } = await createSession();
  const session = open();
  session.begin('s1');
  expect(await session.look('s1', file)).toBeNull();
  await appendFile(file, '{"id":"theirs"');
  expect(await session.look('s1', file)).toBeNull();
  await appendFile(file, '}\n');
  expect((await session.look('s1', file))?.payload['turns']).toBe(1);
});

it.each([
  [
    { type: 'user', promptSource: 'sdk', uuid: 'u', timestamp: 't', message: { content: 'hi' } },
    { id: 'u', at: 't' },
  ],
  [
    { type: 'user', promptSource: 'typed', uuid: 'u', message: { content: 'hi' } },
    { id: 'u', at: null },
  ],
  [{ type: 'user', uuid: 'u', message: { content: '[Request interrupted by user]' } }, null],
  [{ type: 'user', promptSource: 'system', uuid: 'u', message: { content: 'hi' } }, null],
  [{ type: 'user', promptSource: 'sdk', isMeta: true, uuid: 'u', message: { content: 'hi' } }, null],
  [{ type: 'user', promptSource: 'sdk', message: { content: '<task-notification>' } }, null],
  [{ type: 'assistant', message: { content: '"promptSource"' } }, null],
])('reads of the transcript %j that a user said %j', (line, prompt) => {
  expect(promptOfClaude(JSON.stringify(line))).toEqual(prompt);
});

it.each([
  [
    { type: 'UserMessage', client_id: 'c' },
    { id: 'c', at: 't' },
  ],
  [{ type: 'UserMessage' }, { id: null, at: 't' }],
  [{ type: 'AgentMessage', content: '"UserMessage"' }, null],
])('reads of the item %j that a user said %j', (item, prompt) => {
  const line = { timestamp: 't', type: 'event_msg', payload: { type: 'item_completed', item } };
  expect(promptOfCodex(JSON.stringify(line))).toEqual(prompt);
});

interface Known {
  mark?: SessionMark | undefined;
  turnIds?: string[];
}

async function createSession() {
  const folder = await mkdtemp(join(tmpdir(), 'native-session-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'session.jsonl');
  const say = (...ids: (string | null)[]) =>
    appendFile(file, ids.map((id) => `${JSON.stringify({ id })}\n`).join(''));
  const promptIn = (line: string): NativePrompt => {
    const { id } = JSON.parse(line) as { id: string | null };
    return { id, at: `at ${id}` };
  };
  const open = ({ mark, turnIds = [] }: Known = {}) =>
    new NativeSession({ mark, turnIds, promptIn, now: () => NOW });
  return { file, say, open };
}
