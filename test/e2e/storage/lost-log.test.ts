import { copyFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { AgentEvent } from '../../../src/contract/agent-event.ts';
import type { RunningEngine } from '../../../src/server/engine.ts';
import { createBootedHome, startInProcess } from '../../support/start-in-process.ts';

const FAKE_CLAUDE = new URL('../../agents/claude/fake-claude.mjs', import.meta.url).pathname;
const FAULTY_ACP_AGENT = new URL('../agents/faulty-acp-agent.mjs', import.meta.url).pathname;
const LIMIT = { timeout: 60_000 };

/** What becomes of the log, which was saved somewhere while the second message was still to come. */
const LOSSES: Record<string, (log: string, saved: string) => Promise<void>> = {
  'is full of zeros': async (log) => writeFile(log, Buffer.alloc((await readFile(log)).length)),
  'is gone': (log) => rm(log),
  'is an older copy': (log, saved) => copyFile(saved, log),
  'is damaged where the turn ended': async (log) => {
    const text = await readFile(log, 'utf8');
    const place = text.lastIndexOf('chat.turn.completed');
    await writeFile(log, text.slice(0, place) + text.slice(place).replace('completed', 'c0mpleted'));
  },
  'ends in the middle of a turn': async (log) => {
    const lines = (await readFile(log, 'utf8')).split('\n');
    const answer = lines.findIndex((line) => line.includes('You said: second'));
    await writeFile(log, `${lines.slice(0, answer).join('\n')}\n`);
  },
};

describe('an engine that was killed soon after its checkpoint, and whose agent lives', () => {
  it.each([
    { loss: 'is full of zeros', lost: [] },
    { loss: 'is gone', lost: ['chats.json'] },
    { loss: 'is an older copy', lost: [] },
    { loss: 'is damaged where the turn ended', lost: [] },
    { loss: 'ends in the middle of a turn', lost: ['chats.json', 'chats.previous.json'] },
  ])('says nothing twice when its log $loss, without $lost', async ({ loss, lost }) => {
    const { home, engine, chat } = await answerTwo();
    const before = await eventsOf(engine, chat);
    await engine.handOver();
    const folder = join(home, '.replicas/engine');
    await LOSSES[loss]?.(join(folder, 'events.jsonl'), join(home, 'events.jsonl'));
    for (const name of ['chats.json', 'chats.previous.json'])
      await (lost.includes(name)
        ? rm(join(folder, name))
        : copyFile(join(home, 'chats.json'), join(folder, name)));

    const next = await startWithClaude(home);
    await answer(next, chat, 'third');

    const after = await eventsOf(next, chat);
    expect(after.slice(0, before.length)).toEqual(before);
    expect(textsIn(after.slice(before.length))).toEqual(['You said: third']);
  });
});

describe('an engine that lost all it knew of a message but that it waits', () => {
  it('does not give it to the agent again, which had it from a process that nobody knows any more', async () => {
    const home = await createBootedHome();
    const engine = await startWithAcp(home);
    const { chats } = await engine.chats.list();
    const chat = chats.find(({ provider }) => provider === 'faulty')?.id ?? '';
    await answer(engine, chat, 'first');
    await engine.handOver();
    const folder = join(home, '.replicas/engine');
    const lines = (await readFile(join(folder, 'events.jsonl'), 'utf8')).split('\n');
    const start = lines.findIndex((line) => line.includes('"chat.turn.started"'));
    await writeFile(join(folder, 'events.jsonl'), `${lines.slice(0, start).join('\n')}\n`);
    for (const name of ['chats.json', 'chats.previous.json']) await rm(join(folder, name));

    const next = await startWithAcp(home);
    await vi.waitFor(async () => {
      const { lastError } = (await next.chats.get(chat)).chat;
      expect(lastError?.code).toBe('given_before');
    }, LIMIT);
    await answer(next, chat, 'second');

    const sessions = (await readdir(join(home, 'workspaces'))).filter((name) => name.endsWith('.txt'));
    const said = await Promise.all(sessions.map((name) => readFile(join(home, 'workspaces', name), 'utf8')));
    expect(said.join('').trim().split('\n').toSorted()).toEqual(['first', 'second']);
  });
});

/** A home in which two messages were answered, with its checkpoint and log as they were before the second one. */
async function answerTwo() {
  const home = await createBootedHome();
  const first = await startWithClaude(home);
  const { chats } = await first.chats.list();
  const chat = chats.find(({ provider }) => provider === 'claude')?.id ?? '';
  await answer(first, chat, 'first');
  await first.handOver();
  for (const name of ['chats.json', 'events.jsonl'])
    await copyFile(join(home, '.replicas/engine', name), join(home, name));
  const engine = await startWithClaude(home);
  await answer(engine, chat, 'second');
  return { home, engine, chat };
}

async function answer(engine: RunningEngine, chat: string, message: string): Promise<void> {
  await engine.messages.send(chat, { message });
  await vi.waitFor(async () => {
    expect((await engine.chats.get(chat)).chat.processing).toBe(false);
    expect(JSON.stringify(await eventsOf(engine, chat))).toContain(`You said: ${message}`);
  }, LIMIT);
}

function startWithClaude(home: string): Promise<RunningEngine> {
  return start(home, { CLAUDE_PATH: FAKE_CLAUDE });
}

function startWithAcp(home: string): Promise<RunningEngine> {
  const faulty = { command: process.execPath, args: [FAULTY_ACP_AGENT, 'resume'] };
  return start(home, { ACP_AGENTS: JSON.stringify({ faulty }) });
}

async function start(home: string, variables: Record<string, string>): Promise<RunningEngine> {
  const engine = await startInProcess(home, variables);
  onTestFinished(() => engine.stop().catch(() => undefined)); // which does nothing after a hand-over
  return engine;
}

async function eventsOf(engine: RunningEngine, chat: string): Promise<AgentEvent[]> {
  const { eventsJson } = await engine.chats.history(chat, { limit: 1_000, offset: 0 });
  return JSON.parse(eventsJson) as AgentEvent[];
}

/** What the agent said, in words. */
function textsIn(events: AgentEvent[]): string[] {
  return events.flatMap(({ type, payload }) => {
    const { message } = payload as { message?: { content?: { text: string }[] } };
    return type === 'claude-assistant' ? (message?.content ?? []).map(({ text }) => text) : [];
  });
}
