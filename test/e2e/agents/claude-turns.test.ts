import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { say, useTool } from '../../../src/dev/scripted-steps.ts';
import { scriptTurns } from '../../../src/dev/turn-script.ts';
import { byPrompt, inSteps } from '../../support/scripted-turns.ts';
import {
  deliveriesOf,
  eventsOf,
  newMessage,
  ofType,
  spentIn,
  textsOf,
  until,
} from '../../agents/claude/stand-in.ts';
import { addSkill } from './agent-under-test.ts';
import { openChat } from './support.ts';
import { hang, refuse } from '../../support/model-troubles.ts';

const echo = scriptTurns((prompt) => say(`You said: ${prompt}`));

describe('a turn of Claude Code', () => {
  it('ends completed, with what it cost, after everything that was said in it', async () => {
    const chat = await openChat({ script: echo });
    const said = await chat.run('hello');
    expect(said.end).toEqual({ outcome: 'completed' });
    expect(spentIn(chat.facts)).toEqual({
      model: expect.any(String),
      inputTokens: 10,
      outputTokens: 7,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      costUsd: expect.any(Number),
      contextTokens: 17,
      contextWindow: 1_000_000,
    });
    expect(said.events.map(({ payload }) => payload['state'])).toEqual(['idle']);
    expect(textsOf(chat.facts)).toEqual(['You said: hello']);
    expect(chat.partials.length).toBeGreaterThan(3);
  });

  it('starts with the settings of its message when there is no process yet', async () => {
    const chat = await openChat({ script: echo });
    await chat.run('first', { model: 'claude-haiku-5-5', thinkingLevel: 'xhigh' });
    const [request] = chat.model.messages();
    expect([request?.model, request?.['output_config']]).toEqual(['claude-haiku-5-5', { effort: 'xhigh' }]);
  });

  it('gives the model the files that its message names', async () => {
    const chat = await openChat({ script: echo });
    const folder = join(chat.home, 'workspaces', 'demo');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'NOTES.md'), 'Buy apples.');
    writeFileSync(join(folder, 'more notes.md'), 'Buy pears.');
    await chat.run('Look at @demo/NOTES.md and @"demo/more notes.md"');
    const asked = JSON.stringify(chat.model.messages());
    expect(asked).toContain('Buy apples.');
    expect(asked).toContain('Buy pears.');
  });

  it('loads a skill that was written since its process began', async () => {
    const chat = await openChat({ script: echo });
    await chat.run('hello');
    await addSkill({ skillsFolder: '.claude/skills' }, chat.home, { name: 'greet', text: 'Say hello.' });
    await chat.run('/greet Ada');
    expect(JSON.stringify(chat.model.messages().at(-1))).toContain('Say hello.');
    expect(new Set(deliveriesOf(chat).map(({ runId }) => runId)).size).toBe(1);
  });

  it('begins a session that knows nothing when it is cleared, and goes on with that', async () => {
    const chat = await openChat({ script: echo });
    await chat.run('forget this');
    const { sessionId } = chat.record;
    expect((await chat.run('/clear')).end).toEqual({ outcome: 'completed' });
    expect(chat.record.sessionId).not.toBe(sessionId);
    await chat.run('anew');
    await chat.end();
    chat.reopen();
    await chat.run('again');

    const asked = JSON.stringify(chat.model.messages().at(-1));
    expect([asked.includes('anew'), asked.includes('forget this')]).toEqual([true, false]);
    const message = 'The conversation was cleared: the agent knows nothing of what was said before.';
    const gaps = eventsOf(chat.facts, 'session-gap').map(({ payload }) => payload);
    expect(gaps).toEqual([{ reason: 'context_lost', sessionId, message }]);
  });

  it('does not run with another model than the one it asks for', async () => {
    const chat = await openChat({
      script: (request) =>
        request.model === 'no-such-model' ? refuse(404, 'not_found_error') : say(`I am ${request.model}`),
    });
    await chat.run('first');
    for (const text of ['second', 'again']) {
      chat.command({ type: 'agent.prepare', message: newMessage(text, { model: 'no-such-model' }) });
      const count = text === 'second' ? 1 : 2;
      await until(() => expect(ofType(chat.facts, 'agent.exited')).toHaveLength(count));
    }
    const codes = ofType(chat.facts, 'agent.exited').map(({ failure }) => failure.code);
    expect(codes).toEqual(['model_not_found', 'model_not_found']);
    expect((await chat.run('third')).end?.outcome).toBe('completed');
    expect(textsOf(chat.facts).filter((text) => text.startsWith('I am'))).toHaveLength(2);
  });

  it('can be interrupted while its model is still being tried out', async () => {
    const chat = await openChat({
      script: (request) => (request.model === 'slow-model' ? hang : say(`I am ${request.model}`)),
    });
    await chat.run('first');
    chat.command({ type: 'agent.prepare', message: newMessage('second', { model: 'slow-model' }) });
    await until(() => expect(chat.model.messages().filter(isModelCheck)).toHaveLength(1));
    chat.command({ type: 'agent.interrupt' });
    await until(() => expect(ofType(chat.facts, 'agent.exited')).toHaveLength(1));
    expect((await chat.run('third')).end?.outcome).toBe('completed');
    expect(textsOf(chat.facts)).toHaveLength(2);
  });

  it('ends errored, saying that someone has to log in, when the model refuses the login', async () => {
    const chat = await openChat({
      script: () => refuse(401, 'authentication_error'),
    });
    const { end } = await chat.run('hello');
    expect(end).toMatchObject({ outcome: 'errored', error: { code: 'claude_login_required' } });
    const next = await chat.run('again');
    expect(next.end?.outcome).toBe('errored');
  });
});

describe('a process of Claude Code that rests', () => {
  it('stays while something runs in its background', async () => {
    const chat = await openChat({
      script: byPrompt({
        background: inSteps(
          useTool('Bash', { command: 'tail -f /dev/null', description: 'x', run_in_background: true }),
          say('Started.'),
        ),
      }),
      idleMs: 100,
    });
    const said = await chat.run('background');
    const runId = said.position?.runId;
    const { length } = chat.facts;
    chat.command({ type: 'agent.interrupt' });
    await until(() =>
      expect(chat.facts.slice(length)).toMatchObject([{ messageId: null, selfDirected: false }]),
    );
    await chat.run('still there?');
    expect(chat.record.position?.runId).toBe(runId);
    expect(eventsOf(chat.facts, 'claude-result')).toHaveLength(2);
  });
});

/** Claude Code asks for one token before it switches to a model it has not used yet. */
function isModelCheck(request: Record<string, unknown>): boolean {
  return request['max_tokens'] === 1;
}
