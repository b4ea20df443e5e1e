import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AgentCodec } from '../../../src/agents/codec.ts';
import { findProcess, isWritten, readAnswers, readGiven } from '../../../src/agents/process/recovery.ts';
import type { AgentSessionInput } from '../../../src/contract/facts.ts';
import { createRun, filesOf } from '../../../src/processes/run.ts';
import { messageOf } from '../claude/message.ts';
import { CHAT, codecOf, contextOf, type State } from './fakes.ts';

const MESSAGE = messageOf({});
const DELIVERY = {
  runId: 'run-1',
  sessionId: 's1',
  input: { kind: 'inline', text: 'do it\n' },
  inputOffset: 3,
  outputOffset: 5,
};
const TURN = {
  message: MESSAGE,
  startedAt: '2026-11-22T11:59:00.000Z',
  delivery: DELIVERY,
} as unknown as AgentSessionInput['turn'];

/** A folder of runs, in which `run-1` has these files. */
async function place(files: Partial<Record<keyof ReturnType<typeof filesOf>, string>> | null) {
  const agents = await mkdtemp(join(tmpdir(), 'recovery-'));
  onTestFinished(() => rm(agents, { recursive: true, force: true }));
  const run = createRun(agents, 'run-1');
  if (files !== null) await mkdir(run.folder);
  for (const [name, text] of Object.entries(files ?? {}))
    await writeFile(filesOf(run)[name as 'stdin'], text);
  const find = (chat: Partial<AgentSessionInput>, changes: Partial<AgentCodec<State>> = {}) => {
    const context = contextOf({ paths: { home: agents, workspaces: agents, agents, plans: [] } });
    return findProcess({ codec: codecOf(changes), context, chat: { ...CHAT, ...chat } });
  };
  return { agents, run, find };
}

describe('what an earlier engine left', () => {
  it('is nothing where nothing is on record', async () => {
    const { find } = await place(null);
    expect(await find({})).toEqual({ is: 'absent', message: null });
  });

  it('is the message alone when its process never was', async () => {
    const { find } = await place(null);
    expect(await find({ turn: TURN })).toEqual({ is: 'absent', message: MESSAGE });
  });

  it('is the message alone when its process never started, which then never does', async () => {
    const { find } = await place({});
    expect(await find({ turn: TURN })).toEqual({ is: 'absent', message: MESSAGE });
  });

  it('is over when the file that tells of its shell holds no number', async () => {
    const { find } = await place({ shim: 'torn', stdin: '', stdout: '' });
    expect(await find({ turn: TURN })).toMatchObject({ is: 'ended' });
  });

  it('is read again from where the turn began, silently up to where the journal stands', async () => {
    const { run, find } = await place({ shim: '999999\n', exit: '1\n', note: 'configured' });
    expect(await find({ turn: TURN, position: { runId: 'run-1', offset: 9 } })).toEqual({
      run,
      is: 'ended',
      state: {},
      configuration: 'configured',
      given: { message: MESSAGE, line: Buffer.from('do it\n'), inputOffset: 3, notice: null },
      from: 5,
      silentUntil: 9,
      openedSince: Date.parse('2026-11-22T11:59:00.000Z'),
    });
  });

  it('is told of by the head of its output, up to where its session was opened', async () => {
    const head = ['{"state":{"openTools":1}}', '{"state":{"openTools":2}}', '{"state":{"openTools":3}}'];
    const { find } = await place({ shim: '999999\n', exit: '1\n', stdout: `${head.join('\n')}\n` });
    const found: unknown[] = [];

    await find(
      { position: { runId: 'run-1', offset: 0 } },
      {
        isOpened: ({ openTools }) => openTools === 2,
        found: (given) => {
          found.push(given.head);
          return {};
        },
      },
    );

    expect(found).toEqual([null, { openTools: 2 }]);
  });
});

describe('the input of a process', () => {
  it('has a message when its whole line stands at its place or behind it', async () => {
    const { run } = await place({ stdin: 'hi\ndo it\n' });
    const line = Buffer.from('do it\n');
    expect(await isWritten(run, { line, inputOffset: 3 })).toBe(true);
    expect(await isWritten(run, { line, inputOffset: 4 })).toBe(false);
  });

  it('has none when there is no input, and may have it when that cannot be read', async () => {
    const { run } = await place({});
    expect(await isWritten(run, { line: Buffer.from('x'), inputOffset: 0 })).toBe(false);
    await mkdir(filesOf(run).stdin);
    expect(await isWritten(run, { line: Buffer.from('x'), inputOffset: 0 })).toBe(true);
  });

  it('tells which questions were answered since the turn began', async () => {
    const { run } = await place({ stdin: 'a\nask\nb\n' });
    const answeredBy = (line: string) => (line.length === 1 ? line : null);
    expect(await readAnswers(run, { from: 2, answeredBy })).toEqual(['b']);
  });
});

describe('the turns that agents were asked for', () => {
  const [one, another] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];

  it('stand at the head of lines in the input of any process that is left', async () => {
    const text = `say "turn-${MESSAGE.turnId}"`;
    const { agents } = await place({
      stdin: [
        '{"id":"initialize","method":"initialize","params":{}}',
        `{"id":"turn-${one}","method":"turn/start","params":${JSON.stringify({ text })}}`,
        `{"jsonrpc":"2.0","id":"turn-${another}","method":"session/prompt","params":{}}`,
        `{"id":"turn-${MESSAGE.turnId}`,
      ].join('\n'),
    });
    const log = contextOf().log;
    expect(await readGiven(agents, log)).toEqual(new Set([one, another]));
    expect(log.error).not.toHaveBeenCalled();
  });

  it('are none where there is no file, or no file that can be read', async () => {
    const { agents, run } = await place({});
    expect(await readGiven(agents, contextOf().log)).toEqual(new Set());
    await mkdir(filesOf(run).stdin);
    expect(await readGiven(agents, contextOf().log)).toEqual(new Set());
    expect(await readGiven(join(agents, 'nowhere'), contextOf().log)).toEqual(new Set());
  });
});
