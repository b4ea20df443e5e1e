import { appendFileSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createGate } from '../../support/gate.ts';
import { say, useTool } from '../../../src/dev/scripted-steps.ts';
import { agentProcesses, claudeProcesses } from '../../support/agent-processes.ts';
import { killAll } from '../../support/running-processes.ts';
import { byPrompt, inSteps } from '../../support/scripted-turns.ts';
import {
  deliveriesOf,
  endsIn,
  eventsOf,
  ofType,
  runFolder,
  textsOf,
  until,
  type TestChat,
} from '../../agents/claude/stand-in.ts';
import { textIn } from './agent-under-test.ts';
import { openChat } from './support.ts';
import { hang } from '../../support/model-troubles.ts';

describe('a living agent, taken over by another engine', () => {
  it.each([0, 1, 40])('gets the rest of a message of which %i bytes were written', async (written) => {
    const chat = await openChat({ script: byPrompt({}) });
    await chat.run('first');
    const stdin = join(runFolder(chat), 'stdin');
    const message = await chat.prepare('second');
    chat.detach();
    const { input, inputOffset } = deliveriesOf(chat).at(-1) as unknown as {
      input: { text: string };
      inputOffset: number;
    };
    appendFileSync(stdin, input.text.slice(0, written));
    expect(readFileSync(stdin)).toHaveLength(inputOffset + written);
    chat.reopen();
    expect((await chat.ended(message)).end?.outcome).toBe('completed');
    expect(textsOf(chat.facts)).toEqual(['You said: first', 'You said: second']);
    expect(chat.model.messages()).toHaveLength(2);
  });

  it('rests on without a word until it is given the next message', async () => {
    const chat = await openChat({ script: byPrompt({}) });
    await chat.run('first');
    const { length } = chat.facts;
    chat.reopen();
    await chat.run('second');
    expect(ofType(chat.facts.slice(length), 'agent.said')[0]?.messageId).not.toBeNull();
  });

  it('is interrupted with all that its tool started before the takeover', async () => {
    const chat = await openChat({
      script: byPrompt({
        tool: inSteps(
          useTool('Bash', { command: '(setsid tail -f /etc/passwd &); tail -f /dev/null' }),
          say('x'),
        ),
      }),
    });
    const message = await chat.begin('tool');
    await until(async () => expect(await tailsOf(chat)).toBe(3));
    chat.reopen();
    chat.command({ type: 'agent.interrupt' });
    expect((await chat.ended(message)).end?.outcome).toBe('interrupted');
    expect(await tailsOf(chat)).toBe(1);
  });
});

describe('an agent that died with its engine', () => {
  it('is started again, and runs a message of which nothing was answered', async () => {
    const { chat, message } = await beginWhatIsLost();
    await dieTogether(chat);
    chat.reopen();
    expect((await chat.ended(message)).end?.outcome).toBe('completed');
    expectWholeTurn(chat, 'Done.');
    expect(startsOf(chat)).toHaveLength(2);
  });

  it('begins anew when nothing of its session was written, and its prompt stands once', async () => {
    const { chat, message } = await beginWhatIsLost();
    await until(() => expect(echoesOf(chat)).toEqual(['long']));
    await dieTogether(chat);
    rmSync(join(chat.home, '.claude', 'projects'), { recursive: true, force: true });
    chat.reopen();
    expect((await chat.ended(message)).end?.outcome).toBe('completed');
    expectWholeTurn(chat, 'Done.');
    expect(startsOf(chat)).toEqual(['new', 'new']);
  });

  it('completes a turn whose end it had printed', async () => {
    const gate = createGate();
    const chat = await openChat({ script: byPrompt({ long: () => say('Begun. ', gate, 'Done.') }) });
    const message = await chat.begin('long');
    await gate.reached;
    chat.detach();
    gate.open();
    await until(() =>
      expect(readFileSync(join(runFolder(chat), 'stdout'), 'utf8')).toContain('"result_index"'),
    );
    await dieTogether(chat);
    chat.reopen();
    expect((await chat.ended(message)).end?.outcome).toBe('completed');
    expectWholeTurn(chat, 'Begun. Done.');
    expect(chat.model.messages()).toHaveLength(1);
  });

  it('is started for a message that was recorded and no more', async () => {
    const chat = await openChat({ script: byPrompt({}) });
    const message = await chat.prepare('first');
    chat.reopen();
    expect((await chat.ended(message)).end?.outcome).toBe('completed');
    expectWholeTurn(chat, 'You said: first');
  });

  it('does nothing twice of a message that it got before the log lost its end', async () => {
    const chat = await openChat({ script: byPrompt({}) });
    await chat.run('first');
    const before = structuredClone(chat.record);
    const { messageId, turnId } = await chat.begin('second');
    await until(() => expect(endsIn(chat)).toEqual(['completed', 'completed']));
    await dieTogether(chat);
    Object.assign(chat.record, before);
    chat.facts.length = 0;
    chat.reopen();
    expect((await chat.run('second', { messageId, turnId })).end?.outcome).toBe('lost');
    expect((await chat.run('third')).end?.outcome).toBe('completed');
    expect(chat.model.messages()).toHaveLength(3);
  });

  it('while it rested, is resumed for the next message', async () => {
    const chat = await openChat({ script: byPrompt({}) });
    await chat.run('first');
    await dieTogether(chat);
    chat.reopen();
    expect((await chat.run('second')).end?.outcome).toBe('completed');
    expect(deliveriesOf(chat).at(-1)).toMatchObject({ start: 'resume' });
    expect(ofType(chat.facts, 'agent.exited')).toEqual([]);
  });
});

describe('an agent that dies alone', () => {
  it('before it was ever answered, begins another session, as there is nothing to resume', async () => {
    const chat = await openChat({ script: byPrompt({ hang: () => hang }) });
    const message = await chat.begin('hang');
    chat.command({ type: 'agent.interrupt' });
    await chat.ended(message);
    await killClaude(chat);
    await until(async () => expect(await claudeProcesses(chat.home)).toEqual([]));
    rmSync(join(chat.home, '.claude', 'projects'), { recursive: true, force: true }); // it may have begun to write
    expect((await chat.run('second')).end?.outcome).toBe('completed');
    const sessions = new Set(deliveriesOf(chat).map(({ sessionId }) => sessionId));
    expect([sessions.size, startsOf(chat)]).toEqual([2, ['new', 'new']]);
    expect(textsOf(chat.facts)).toEqual(['You said: second']);
  });
});

describe('an unreadable input', () => {
  it('ends the process that would choke on it, and the message is given to another', async () => {
    const chat = await openChat({ script: byPrompt({}) });
    await chat.run('first');
    const stdin = join(runFolder(chat), 'stdin');
    const message = await chat.prepare('second');
    chat.detach();
    truncateSync(stdin, 10);
    chat.reopen();
    expect((await chat.ended(message)).end?.outcome).toBe('completed');
    expect(textsOf(chat.facts)).toEqual(['You said: first', 'You said: second']);
  });
});

/** One prompt, one answer, one result, one end. */
function expectWholeTurn(chat: TestChat, text: string): void {
  const [message] = ofType(chat.facts, 'turn.prepared');
  expect({
    echoes: echoesOf(chat).length,
    texts: textsOf(chat.facts).join(''),
    results: eventsOf(chat.facts, 'claude-result').length,
    ends: ofType(chat.facts, 'agent.said').filter(({ end }) => end !== undefined).length,
    stray: ofType(chat.facts, 'agent.said').filter(({ messageId }) => messageId !== message?.messageId),
  }).toEqual({ echoes: 1, texts: text, results: 1, ends: 1, stray: [] });
}

/** How the processes of a chat were started. */
function startsOf(chat: TestChat): unknown[] {
  return deliveriesOf(chat)
    .map(({ start }) => start)
    .filter((start) => start !== 'none');
}

function echoesOf(chat: TestChat): string[] {
  return eventsOf(chat.facts, 'claude-user')
    .filter(({ payload }) => payload['isReplay'] === true)
    .map(({ payload }) => textIn((payload as { message: { content: unknown } }).message.content));
}

/** A chat whose first answer is under way, and is never finished. */
async function beginWhatIsLost() {
  const gate = createGate();
  let calls = 0;
  const chat = await openChat({
    script: byPrompt({ long: () => (calls++ === 0 ? say('Lost. ', gate, 'x') : say('Done.')) }),
  });
  const message = await chat.begin('long');
  await gate.reached;
  return { chat, message };
}

async function dieTogether(chat: TestChat): Promise<void> {
  chat.detach();
  await killClaude(chat);
}

async function killClaude(chat: TestChat): Promise<void> {
  killAll(await claudeProcesses(chat.home));
}

async function tailsOf({ home }: TestChat): Promise<number> {
  return (await agentProcesses(home)).filter(({ program }) => program === 'tail').length;
}
