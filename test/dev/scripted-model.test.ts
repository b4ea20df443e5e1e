import { once } from 'node:events';
import { request } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createGate } from '../support/gate.ts';
import { latestPrompt } from '../../src/dev/messages-request.ts';
import type { Script } from '../../src/dev/scripted-model.ts';
import { startRecordedModel, type RecordedModel } from '../support/recorded-model.ts';
import { inPieces, reply, say, useTool } from '../../src/dev/scripted-steps.ts';
import { breakOff, failMessage, hang, refuse } from '../support/model-troubles.ts';

const models: RecordedModel[] = [];

afterEach(async () => {
  await Promise.all(models.splice(0).map((model) => model.close()));
});

describe('a streamed answer', () => {
  it('is the text in the parts the script names', async () => {
    const model = await start(() => say('Hel', 'lo'));
    const events = await streamOf(model);
    expect(events.map(({ type }) => type)).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
    expect(events.filter(({ type }) => type === 'content_block_delta').map(({ delta }) => delta)).toEqual([
      { type: 'text_delta', text: 'Hel' },
      { type: 'text_delta', text: 'lo' },
    ]);
  });

  it('stops for a tool when it uses one', async () => {
    const model = await start(() =>
      reply(
        { type: 'thinking', thinking: 'hm' },
        { type: 'tool_use', name: 'Bash', input: { command: 'ls' } },
      ),
    );
    const events = await streamOf(model);
    expect(events.flatMap(({ delta }) => delta ?? [])).toEqual([
      { type: 'thinking_delta', thinking: 'hm' },
      { type: 'signature_delta', signature: 'c2NyaXB0ZWQ=' },
      { type: 'input_json_delta', partial_json: '{"command":"ls"}' },
      { stop_reason: 'tool_use', stop_sequence: null },
    ]);
  });

  it('waits at a gate until the gate is opened', async () => {
    const gate = createGate();
    const model = await start(() => say('before', gate, 'after'));
    const response = await post(model, { stream: true });
    await gate.reached;
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let seen = '';
    while (!seen.includes('before')) seen += (await reader.read()).value;
    expect(seen).not.toContain('after');
    gate.open();
    for (let part = await reader.read(); !part.done; part = await reader.read()) seen += part.value;
    expect(seen).toContain('message_stop');
  });

  it('is whole at 5 MB', async () => {
    const text = 'x'.repeat(5_000_000);
    const model = await start(() => say(...inPieces(text, { size: 65_536 })));
    const events = await streamOf(model);
    expect(events.map(({ delta }) => delta?.text ?? '').join('')).toBe(text);
  });

  it('goes silent, or is reset, after as many events as the script names', async () => {
    const silent = await start(() => breakOff(say('never seen'), { after: 1, how: 'hang' }));
    const response = await post(silent, { stream: true });
    const first = await response.body!.getReader().read();
    expect(new TextDecoder().decode(first.value)).toMatch(/^event: message_start\n/);

    const reset = await start(() => breakOff(say('never seen'), { after: 1, how: 'reset' }));
    await expect(post(reset, { stream: true }).then((cut) => cut.text())).rejects.toThrow();
  });

  it('is an error event when the script says so', async () => {
    const error = { type: 'overloaded_error', message: 'too much' };
    const model = await start(() => failMessage(error));
    expect(await streamOf(model)).toEqual([{ type: 'error', error }]);
    expect((await post(model, {})).status).toBe(529);
  });
});

describe('an answer in one piece', () => {
  it('says the same as the stream would', async () => {
    const model = await start(() => useTool('Bash', { command: 'ls' }));
    expect(await (await post(model, {})).json()).toMatchObject({
      role: 'assistant',
      content: [{ type: 'tool_use', name: 'Bash', input: { command: 'ls' } }],
      stop_reason: 'tool_use',
    });
  });

  it('is a refusal with the status and headers of the script', async () => {
    const model = await start(() => refuse(429, 'rate_limit_error', { 'retry-after': '7' }));
    const response = await post(model, {});
    expect([response.status, response.headers.get('retry-after'), await response.json()]).toEqual([
      429,
      '7',
      {
        type: 'error',
        error: { type: 'rate_limit_error', message: 'Scripted answer with status 429' },
      },
    ]);
  });

  it('names what went wrong in the script', async () => {
    const model = await start(() => {
      throw new Error('no such turn');
    });
    const response = await post(model, {});
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringContaining('The script failed: no such turn'),
    ]);
  });
});

it('hangs without headers and notices that the client left', async () => {
  const model = await start(() => hang);
  const controller = new AbortController();
  const answer = post(model, {}, controller.signal);
  await vi.waitFor(() => expect(model.requests).toHaveLength(1));
  controller.abort();
  await expect(answer).rejects.toThrow('aborted');
  await vi.waitFor(() => expect(model.requests[0]?.aborted).toBe(true));
});

it('remembers requests with their headers, and lists those for a message', async () => {
  const model = await start((request) => say(latestPrompt(request)));
  await head(model);
  await post(model, {});
  await fetch(`${model.url}/v1/messages/count_tokens`, { method: 'POST', body: '{}' });
  expect(model.requests.map(({ method, path, aborted }) => ({ method, path, aborted }))).toEqual([
    { method: 'HEAD', path: '/', aborted: false },
    { method: 'POST', path: '/v1/messages?beta=true', aborted: false },
    { method: 'POST', path: '/v1/messages/count_tokens', aborted: false },
  ]);
  expect(model.requests[1]?.headers['x-api-key']).toBe('sk-ant-dummy');
  expect(model.messages().map(latestPrompt)).toEqual(['hello']);
});

async function start(script: Script): Promise<RecordedModel> {
  const model = await startRecordedModel({ script });
  models.push(model);
  return model;
}

async function post(model: RecordedModel, extra: object, signal?: AbortSignal): Promise<Response> {
  const messages = [{ role: 'user', content: 'hello' }];
  return fetch(`${model.url}/v1/messages?beta=true`, {
    method: 'POST',
    headers: { 'x-api-key': 'sk-ant-dummy' },
    body: JSON.stringify({ model: 'claude', messages, ...extra }),
    ...(signal ? { signal } : {}),
  });
}

interface SeenEvent {
  type: string;
  delta?: { text?: string };
}

async function streamOf(model: RecordedModel): Promise<SeenEvent[]> {
  const text = await (await post(model, { stream: true })).text();
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? '') as SeenEvent);
}

async function head(model: RecordedModel): Promise<void> {
  const sent = request(model.url, { method: 'HEAD' }).end();
  await once(sent, 'response');
}
