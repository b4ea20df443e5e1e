import {
  appendFile,
  mkdir,
  mkdtemp,
  open,
  readFile,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { promptIn as promptOfClaude } from '../../src/agents/claude/codec.ts';
import { promptIn as promptOfCodex } from '../../src/agents/codex/codec.ts';
import type { NativePrompt } from '../../src/agents/codec.ts';
import { NativeSession } from '../../src/agents/native-session.ts';
import type { SessionMark } from '../../src/contract/records.ts';
import { fixDate } from '../support/fixed-date.ts';

const NOW = '2026-11-22T12:00:00.000Z';
fixDate(NOW);

it('tells once of what it did not ask for, and nothing of what it did', async () => {
  const { say, open } = await createSession();
  const session = open();
  session.begin('s1');
  session.mark({ runId: 'r1' }, { turnId: 'mine' });
  await say('mine', 'mine~1go', 'theirs', null);

  expect(await session.look('s1')).toEqual({
    timestamp: NOW,
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
  expect(await session.look('s1')).toBeNull();
});

it('remembers the latest thousand of the turns that it asked for', async () => {
  const { say, open } = await createSession();
  const session = open();
  session.begin('s1');
  for (let turn = 0; turn <= 1_000; turn += 1) session.expect(`turn ${turn}`);
  await say('turn 0', 'turn 1', 'turn 1000');

  expect((await session.look('s1'))?.payload).toMatchObject({ turns: 1, firstAt: 'at turn 0' });
});

it('goes on from where the last engine kept that it was', async () => {
  const { say, open } = await createSession();
  const first = open();
  first.begin('s1');
  await say('theirs');
  await first.look('s1');
  const { sessionMark } = first.mark({ runId: 'r1', sessionMark: undefined }, { turnId: 'mine' });
  await say('mine', 'theirs');

  const next = open({ mark: sessionMark, turnIds: ['mine'] });
  expect((await next.look('s1'))?.payload['turns']).toBe(1);
});

it.each([
  ['that was never looked at', undefined],
  ['in the place of another', { sessionId: 's0', offset: 3 }],
])('takes a session %s as it is', async (_, mark) => {
  const { say, open } = await createSession();
  await say('theirs');
  const session = open({ mark });
  expect(await session.look('s1')).toBeNull();
  await say('theirs');
  expect((await session.look('s1'))?.payload['turns']).toBe(1);
});

it('waits for the end of a line, and does without a file', async () => {
  const { file, open } = await createSession();
  const session = open();
  session.begin('s1');
  expect(await session.look('s1')).toBeNull();
  await appendFile(file, '{"id":"theirs"');
  expect(await session.look('s1')).toBeNull();
  await appendFile(file, '}\n');
  expect((await session.look('s1'))?.payload['turns']).toBe(1);
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

describe('what an agent may have forgotten', () => {
  it('is nothing as long as the file is as long as it was', async () => {
    const { say, open } = await createSession();
    const session = open();
    session.begin('s1');
    await say('mine');
    session.measure('s1');
    expect(await session.examine('s1')).toEqual({
      id: 's1',
      file: 'there',
      reason: '',
      notice: null,
      wasUsed: true,
    });
  });

  it.each([
    ['the end is gone', 'its file is shorter than it was', (file: string) => truncate(file, 14)],
    [
      'a line is spoiled',
      'lines of its file are damaged',
      (file: string) => overwrite(file, { at: 2, text: '\0\0' }),
    ],
    ['the lines have another order', 'its file is not as it was', reverse],
    [
      'a word is another one',
      'its file is not as it was',
      (file: string) => overwrite(file, { at: 2, text: 'od' }),
    ],
  ])('is told once, also by the next engine, when %s', async (_, reason, damage) => {
    const { file, say, open } = await createSession();
    const session = open();
    session.begin('s1');
    await say('mine');
    session.measure('s1');
    await say('mine again');
    const mark = session.measure('s1');
    await damage(file);
    const next = open({ mark });
    const notice = `Part of the conversation so far is missing (${reason}): the agent may not know all of what was said before.`;
    expect(await next.examine('s1')).toEqual({ id: 's1', file: 'there', reason: '', notice, wasUsed: true });
    const { sessionMark } = next.mark({ runId: 'r1', sessionMark: undefined }, { turnId: 'mine' });
    await say('mine');
    const last = open({ mark: sessionMark });
    last.measure('s1');
    expect((await last.examine('s1')).notice).toBeNull();
  });

  it('is no line that its agent was writing when it died', async () => {
    const { file, say, open } = await createSession();
    const session = open();
    session.begin('s1');
    await say('mine');
    session.measure('s1');
    await appendFile(file, '{"id":');
    expect((await session.examine('s1')).notice).toBeNull();
  });

  it.each([
    ['absent', 'its file is gone', (file: string) => rm(file)],
    ['unusable', 'there is nothing of it in its file', (file: string) => truncate(file, 0)],
    ['unusable', 'its file is no file any more', (file: string) => rm(file).then(() => mkdir(file))],
    [
      'unusable',
      'its file cannot be read: ELOOP',
      (file: string) => rm(file).then(() => symlink(file, file)),
    ],
  ])('is all of a session that is %s: %s', async (state, reason, damage) => {
    const { file, say, open } = await createSession();
    const session = open();
    session.begin('s1');
    expect((await session.examine('s1')).wasUsed).toBe(false);
    await say('mine');
    session.measure('s1');
    await damage(file);
    expect(await session.examine('s1')).toEqual({
      id: 's1',
      file: state,
      reason,
      notice: null,
      wasUsed: true,
    });
    expect(await session.look('s1')).toBeNull();
  });
});

async function reverse(file: string): Promise<void> {
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  await writeFile(file, `${lines.toReversed().join('\n')}\n`);
}

async function overwrite(file: string, { at, text }: { at: number; text: string }): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.write(text, at);
  await handle.close();
}

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
    new NativeSession({ mark, turnIds, promptIn, fileOf: () => file });
  return { file, say, open };
}
