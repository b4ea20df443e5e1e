import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Reader } from '../../../src/agents/process/reader.ts';
import { Steering } from '../../../src/agents/process/steering.ts';
import { createRun, filesOf } from '../../../src/processes/run.ts';
import type { AgentSessionInput } from '../../../src/contract/facts.ts';
import { messageOf } from '../claude/message.ts';
import { CHAT, converse, NOW } from './fakes.ts';

const LINES = ['one', 'two'].map(
  (type) => `${JSON.stringify({ state: {}, said: [{ type, payload: {} }] })}\n`,
);

/** Takes up a process that ended, of which so much is known and which printed `output`. */
async function takeUp({ offset, turn = null }: { offset: number; turn?: AgentSessionInput['turn'] }) {
  const agents = await mkdtemp(join(tmpdir(), 'reader-'));
  onTestFinished(() => rm(agents, { recursive: true, force: true }));
  const run = createRun(agents, 'run-1');
  await mkdir(run.folder);
  for (const [file, text] of [
    ['shim', '999999\n'],
    ['exit', '3\n'],
    ['stdout', LINES.join('')],
    ['stdin', ''],
  ] as const)
    await writeFile(filesOf(run)[file], text);
  const parts = converse({}, { paths: { home: agents, workspaces: agents, agents, plans: [] } });
  const { context, facts, reported } = parts;
  const steering = new Steering({ context, facts, found: [], standing: () => null, write: () => undefined });
  const chat = { ...CHAT, turn, position: { runId: 'run-1', offset } };
  const { signal } = new AbortController();
  const given = { ...parts, chat, steering, signal, tell: () => undefined, onLine: () => undefined };
  await new Reader(given).attach();
  await expect
    .poll(() => reported.some(({ type }) => type === 'process.exited' || type === 'process.damaged'))
    .toBe(true);
  facts.flush();
  const told = parts.told.flatMap((fact) => (fact.type === 'agent.said' ? fact.events : []));
  return { ...parts, told: told.map(({ type }) => type) };
}

describe('the output of a process that was found', () => {
  it('is told from its beginning when nothing of it is known, and then that it is over', async () => {
    const { told, reported } = await takeUp({ offset: 0 });
    expect(told).toEqual(['one', 'two']);
    expect(reported[0]).toEqual({ type: 'process.found', is: 'ended', message: null });
    expect(reported.at(-1)).toEqual({ type: 'process.exited', code: 3 });
  });

  it('is not told again as far as it is known', async () => {
    expect((await takeUp({ offset: (LINES[0] ?? '').length })).told).toEqual(['two']);
  });

  it.each([
    { told: ['session-gap', 'one', 'two'], offset: 0 },
    { told: ['two'], offset: (LINES[0] ?? '').length },
  ])('is told behind what the agent does not know, unless that was told: $told', async ({ told, offset }) => {
    const input = { kind: 'inline', text: 'do it\n' };
    const place = { inputOffset: 0, outputOffset: 0 };
    const delivery = { runId: 'run-1', input, ...place, notice: 'Gone.' };
    const turn = { message: messageOf({}), startedAt: NOW, delivery };
    expect((await takeUp({ offset, turn })).told).toEqual(told);
  });
});
