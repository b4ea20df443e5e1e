import { chmod, readFile, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { RunningEngine } from '../../src/server/engine.ts';
import { intrude, type Intruder } from '../support/damage.ts';
import { createBootedHome, startInProcess } from '../support/start-in-process.ts';

const FAKE_CLAUDE = new URL('../agents/claude/fake-claude.mjs', import.meta.url).pathname;

const FIRST_PAGE = { limit: 100, offset: 0 };
const LIMIT = { timeout: 60_000 };

/** Of a home, with `<chat>`, `<sealed>` and `<run>` for what is there under a name of its own. */
const PLACES: [string, Intruder][] = [
  ['workspaces', 'a file'],
  ['workspaces', 'a dangling link'],
  ['.replicas/engine/lock', 'a folder'],
  ['.replicas/engine/events.jsonl', 'a folder'],
  ['.replicas/engine/events.jsonl', 'a pipe'],
  ['.replicas/engine/events.jsonl', 'a dangling link'],
  ['.replicas/engine/events-000000000001-0000abcd.jsonl', 'a folder'],
  ['.replicas/engine/outbox.json', 'a folder'],
  ['.replicas/engine/chats.json', 'a pipe'],
  ['.replicas/engine/chats.json', 'a folder'],
  ['.replicas/engine/credentials.json', 'a socket'],
  ['.replicas/engine/logins.json', 'a folder'],
  ['.replicas/engine/pull-requests.json', 'a link to a device'],
  ['.replicas/engine/history', 'a file'],
  ['.replicas/engine/history', 'a dangling link'],
  ['.replicas/engine/history/<chat>.jsonl', 'a folder'],
  ['.replicas/engine/history/<chat>.jsonl', 'a dangling link'],
  ['.replicas/engine/history/<chat>.jsonl', 'a link to itself'],
  ['.replicas/engine/history/<chat>.jsonl', 'a link to a device'],
  ['.replicas/engine/history/<chat>.jsonl', 'a pipe'],
  ['.replicas/engine/history/<chat>.jsonl', 'a socket'],
  ['.replicas/engine/payloads', 'a file'],
  ['.replicas/engine/agents', 'a file'],
  ['.replicas/engine/agents/<run>/stdout', 'a pipe'],
  ['.replicas/engine/agents/<run>/stdin', 'a folder'],
  ['.replicas/engine/agents/<run>/shim', 'a pipe'],
  ['.replicas/engine/agents/<run>/exit', 'a folder'],
  ['.replicas/engine/hooks', 'a file'],
  ['.replicas/engine/hooks/positions.json', 'a folder'],
  ['.replicas/engine-state.json', 'a folder'],
  ['.replicas/startHooks.log', 'a pipe'],
  ['.replicas/startHooks.log', 'a folder'],
  ['.replicas/plans', 'a dangling link'],
];

describe('an engine whose home has something else in the place of a file or a folder', () => {
  it.each(PLACES)(
    'starts beside %s that is %s, sets it aside, names it, and runs the next message',
    async (place, intruder) => {
      const { home, chat, run } = await useHome();
      const path = join(home, place.replace('<chat>', chat).replace('<run>', run));
      await intrude(path, intruder);

      const { engine, errors } = await startWithClaude(home);

      await engine.messages.send(chat, { message: 'next' });
      await vi.waitFor(async () => expect(await said(engine, chat)).toContain('You said: next'), LIMIT);
      const file = place.includes('<run>') ? dirname(path) : path;
      const keptAs = expect.stringMatching(`^${file}.corrupt-`);
      expect(await errors()).toMatchObject([{ code: 'file_damaged', context: { file, keptAs } }]);
      expect(await namesOf(dirname(file), `${basename(file)}.corrupt-`)).toHaveLength(1);
    },
    30_000,
  );
});

describe('an engine whose files may not be opened', () => {
  it.runIf(process.getuid?.() !== 0)('opens them again where only their mode is in the way', async () => {
    const { home, chat } = await useHome();
    const paths = ['.replicas/engine/history', '.replicas/engine/events.jsonl'];
    for (const path of paths) await chmod(join(home, path), 0);

    const { engine, errors } = await startWithClaude(home);

    expect(await said(engine, chat)).toContain('You said: first');
    expect(await errors()).toEqual([]);
  });
});

/** A home in which a message was answered, and whose agent rests. */
async function useHome() {
  const home = await createBootedHome();
  const { engine, chat } = await startWithClaude(home);
  await engine.messages.send(chat, { message: 'first' });
  await vi.waitFor(
    async () =>
      expect((await engine.chats.get(chat)).chat).toMatchObject({
        processing: false,
        updatedAt: expect.any(String),
      }),
    LIMIT,
  );
  await vi.waitFor(async () => expect(await said(engine, chat)).toContain('You said: first'), LIMIT);
  await engine.handOver();
  const [run = ''] = await readdir(join(home, '.replicas/engine/agents'));
  return { home, chat, run };
}

async function startWithClaude(home: string) {
  const engine = await startInProcess(home, { CLAUDE_PATH: FAKE_CLAUDE });
  onTestFinished(() => engine.stop().catch(() => undefined));
  const { chats } = await engine.chats.list();
  const chat = chats.find(({ provider }) => provider === 'claude')?.id ?? '';
  return { engine, chat, errors: () => errorsIn(engine, home) };
}

async function errorsIn(engine: RunningEngine, home: string) {
  await engine.status();
  const log = await readFile(join(home, '.replicas/engine/events.jsonl'), 'utf8');
  const events = log
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; payload: object });
  return events.filter(({ type }) => type === 'error').map(({ payload }) => payload);
}

async function said(engine: RunningEngine, chat: string): Promise<string> {
  return (await engine.chats.history(chat, FIRST_PAGE)).eventsJson;
}

async function namesOf(folder: string, start: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.startsWith(start));
}
