import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { say, useTool } from '../../../src/dev/scripted-steps.ts';
import { echo, inSteps, turnByPrompt } from '../../support/scripted-turns.ts';
import { codexTextsOf, openCodexChat } from './codex-support.ts';
import { deliveriesOf, eventsOf, ofType } from '../../agents/claude/stand-in.ts';

const addFile = (name: string) =>
  useTool('apply_patch', { input: `*** Begin Patch\n*** Add File: ${name}\n+hello\n*** End Patch` });

describe('a turn of Codex', () => {
  it('ends completed, with what it cost, after everything that was said in it', async () => {
    const chat = await openCodexChat({ turn: echo });
    const said = await chat.run('hello');
    expect(said.end).toEqual({
      outcome: 'completed',
      usage: { inputTokens: 8, outputTokens: 7, cacheReadTokens: 2, cacheWriteTokens: 0 },
    });
    expect(codexTextsOf(chat.facts)).toEqual(['You said: hello']);
    expect(eventsOf(chat.facts, 'event_msg').map(({ payload }) => payload)).toEqual([
      { type: 'user_message', message: 'hello' },
    ]);
    expect(chat.partials.join('')).toContain('You said: hello');
    expect(chat.model.strays).toEqual([]);
  });

  it('is followed by the next on the same server, in the same thread', async () => {
    const chat = await openCodexChat({ turn: echo });
    await chat.run('first');
    await chat.run('second');
    expect(codexTextsOf(chat.facts)).toEqual(['You said: first', 'You said: second']);
    expect(new Set(deliveriesOf(chat).map(({ runId }) => runId)).size).toBe(1);
    expect(JSON.stringify(chat.model.requests[1])).toContain('You said: first');
  });

  it('changes files with the tools of the agent', async () => {
    const chat = await openCodexChat({ turn: inSteps(addFile('made.txt'), say('Written.')) });
    await chat.run('write it');
    const file = join(chat.home, 'workspaces', 'made.txt');
    expect(readFileSync(file, 'utf8')).toBe('hello\n');
    const [call, output] = eventsOf(chat.facts, 'response_item').map(({ payload }) => payload);
    expect(call).toEqual({
      type: 'custom_tool_call',
      call_id: expect.any(String),
      name: 'apply_patch',
      status: 'completed',
      input: `*** Begin Patch\n*** Add File: ${file}\n+hello\n*** End Patch`,
    });
    expect(output).toMatchObject({ type: 'custom_tool_call_output', call_id: call?.['call_id'] });
    expect(ofType(chat.facts, 'agent.said').map(({ openTools }) => openTools)).toContain(1);
    expect(ofType(chat.facts, 'agent.said').at(-1)?.openTools).toBe(0);
  });

  it('tells all that a command printed', async () => {
    const chat = await openCodexChat({
      turn: inSteps(useTool('exec_command', { cmd: 'echo one; echo two' }), say('Ran.')),
    });
    await chat.run('run it');
    const [call, output] = eventsOf(chat.facts, 'response_item').map(({ payload }) => payload);
    expect(call).toMatchObject({ type: 'function_call', name: 'exec_command' });
    expect(output).toMatchObject({ call_id: call?.['call_id'], output: 'one\ntwo\n' });
  });

  it('runs with the model and the effort that its message asks for, and falls back to the defaults', async () => {
    const chat = await openCodexChat({ turn: echo });
    await chat.run('default');
    await chat.run('other', { model: 'gpt-5.4', thinkingLevel: 'low' });
    await chat.run('default again');
    await chat.run('highest', { thinkingLevel: 'ultra' });
    const settings = chat.model.requests.map((request) => [request.model, request['reasoning']]);
    expect(settings).toEqual([
      ['gpt-5.5', expect.objectContaining({ effort: 'medium' })],
      ['gpt-5.4', expect.objectContaining({ effort: 'low' })],
      ['gpt-5.5', expect.objectContaining({ effort: 'medium' })],
      ['gpt-5.5', expect.objectContaining({ effort: 'xhigh' })],
    ]);
  });

  it('carries images and long texts', async () => {
    const text = `${'long '.repeat(20_000)}🙂`;
    const chat = await openCodexChat({ turn: (prompt) => say(prompt === text ? 'Read.' : 'Not read.') });
    const image = {
      type: 'image' as const,
      source: { type: 'base64' as const, media_type: 'image/png' as const, data: PIXEL },
    };
    await chat.run('', { content: await chat.store({ text, images: [image] }) });
    expect(codexTextsOf(chat.facts)).toEqual(['Read.']);
    expect(JSON.stringify(chat.model.requests[0])).toContain('data:image/png;base64,');
    expect(deliveriesOf(chat)[0]).toMatchObject({ input: { kind: 'file' } });
  });

  it('changes nothing in plan mode, and may again in the next turn', async () => {
    const write = (name: string) =>
      inSteps(useTool('exec_command', { cmd: `echo x > ${name}` }), say('Done.'));
    const chat = await openCodexChat({ turn: turnByPrompt({ one: write('one'), two: write('two') }) });
    await chat.run('one', { planMode: true });
    await chat.run('two');
    expect(existsSync(join(chat.home, 'workspaces', 'one'))).toBe(false);
    expect(existsSync(join(chat.home, 'workspaces', 'two'))).toBe(true);
    expect(ofType(chat.facts, 'request.opened')).toEqual([]);
  });
});

/** A picture of one dot. */
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
