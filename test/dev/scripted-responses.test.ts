import { describe, expect, it, onTestFinished } from 'vitest';
import {
  isPlanning,
  promptsOf,
  ResponsesRequestSchema,
  resultsSincePrompt,
} from '../../src/dev/responses-request.ts';
import { startRecordedResponses } from '../support/recorded-model.ts';
import { say, useTool } from '../../src/dev/scripted-steps.ts';
import type { Turn } from '../../src/dev/turn-script.ts';
import { failResponse } from '../support/model-troubles.ts';

const turn: Turn = (prompt, [result]) => {
  if (prompt === 'free') return useTool('apply_patch', { input: '*** Begin Patch' });
  return result ? say(`Got `, result.text) : useTool('look', { at: prompt });
};

it('goes by the latest prompt and the tool outputs since, without what the agent adds', async () => {
  const events = await ask([
    user('earlier'),
    { type: 'function_call_output', call_id: 'c0', output: 'old' },
    user('<environment_context>x</environment_context>'),
    user('now'),
    { type: 'function_call_output', call_id: 'c1', output: 'new' },
  ]);
  expect(itemsIn(events)).toMatchObject([{ type: 'message', content: [{ text: 'Got new' }] }]);
  expect(events.map(({ type }) => type)).toEqual([
    'response.created',
    'response.output_item.added',
    'response.output_text.delta',
    'response.output_text.delta',
    'response.output_item.done',
    'response.completed',
  ]);
});

it.each([
  ['nothing', [], false],
  ['of the default mode', ['# Collaboration Mode: Default'], false],
  ['of plan mode', ['# Collaboration Mode: Default', '# Plan Mode (Conversational)'], true],
  ['that plan mode is over', ['# Plan Mode (Conversational)', '# Collaboration Mode: Default'], false],
])('knows whether it is to plan when the agent was told %s', (_, told, isToPlan) => {
  const input = told.flatMap((mode) => [
    { ...user(`<collaboration_mode>${mode}\nMore.</collaboration_mode>`), role: 'developer' },
    { ...user('Other instructions.'), role: 'developer' },
    user('now'),
  ]);
  expect(isPlanning(ResponsesRequestSchema.parse({ model: 'm', input }))).toBe(isToPlan);
});

it('calls tools with JSON, and with free text where the tool takes nothing else', async () => {
  expect(itemsIn(await ask([user('there')]))).toMatchObject([
    { type: 'function_call', name: 'look', arguments: '{"at":"there"}' },
  ]);
  expect(itemsIn(await ask([user('free')]))).toMatchObject([
    { type: 'custom_tool_call', name: 'apply_patch', input: '*** Begin Patch' },
  ]);
});

it.each([
  ['Wall time: 0 seconds\nProcess exited with code 0\nOutput:\nExit code: 1\n', false],
  ['Wall time: 0 seconds\nProcess exited with code 1\nOutput:\ncat: no such file\n', true],
  ['Exit code: 0\nWall time: 0 seconds\nOutput:\nSuccess.\n', false],
  ['apply_patch verification failed: Failed to find expected lines', true],
  ['unsupported call: look', true],
])('takes %j for a failure: %s', (output, isError) => {
  const input = [user('now'), { type: 'function_call_output', output }];
  expect(resultsSincePrompt(ResponsesRequestSchema.parse({ model: 'm', input }))).toEqual([
    { text: output, isError },
  ]);
});

describe('an answer that is none', () => {
  it('ends the stream with an error that the script names', async () => {
    const error = { type: 'server_error', message: 'too much' };
    expect(await ask([user('now')], () => failResponse(error))).toEqual([
      { type: 'response.failed', response: { error } },
    ]);
  });

  it('names what went wrong in the script', async () => {
    const { response } = await post([user('now')], () => {
      throw new Error('no such turn');
    });
    expect([response.status, await response.json()]).toEqual([
      400,
      { error: { type: 'invalid_request_error', message: 'The script failed: no such turn' } },
    ]);
  });
});

it('tells requests for the model from all others', async () => {
  const { model } = await post([user('now')], turn);
  expect((await fetch(`${model.url}/v1/models`)).status).toBe(404);
  expect(model.requests.map(promptsOf)).toEqual([['now']]);
  expect(model.strays).toEqual(['GET /v1/models']);
});

interface Event {
  type: string;
  item?: unknown;
}

async function ask(input: object[], script: Turn = turn): Promise<Event[]> {
  const { response } = await post(input, script);
  const frames = (await response.text()).split('\n\n').filter((frame) => frame !== '');
  return frames.map((frame) => JSON.parse(frame.slice(frame.indexOf('data: ') + 6)) as Event);
}

async function post(input: object[], script: Turn) {
  const model = await startRecordedResponses({ turn: script });
  onTestFinished(() => model.close());
  const body = JSON.stringify({ model: 'm', input });
  return { model, response: await fetch(`${model.url}/v1/responses`, { method: 'POST', body }) };
}

function user(text: string) {
  return { type: 'message', role: 'user', content: [{ type: 'input_text', text }] };
}

function itemsIn(events: Event[]): unknown[] {
  return events.filter(({ type }) => type === 'response.output_item.done').map(({ item }) => item);
}
