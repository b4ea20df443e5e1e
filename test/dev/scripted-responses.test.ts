import { expect, it, onTestFinished } from 'vitest';
import { startScriptedResponses } from '../../src/dev/scripted-responses.ts';
import { say, useTool } from '../../src/dev/scripted-steps.ts';
import type { Turn } from '../../src/dev/turn-script.ts';

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

it('calls tools with JSON, and with free text where the tool takes nothing else', async () => {
  expect(itemsIn(await ask([user('there')]))).toMatchObject([
    { type: 'function_call', name: 'look', arguments: '{"at":"there"}' },
  ]);
  expect(itemsIn(await ask([user('free')]))).toMatchObject([
    { type: 'custom_tool_call', name: 'apply_patch', input: '*** Begin Patch' },
  ]);
});

interface Event {
  type: string;
  item?: unknown;
}

async function ask(input: object[]): Promise<Event[]> {
  const model = await startScriptedResponses({ turn });
  onTestFinished(() => model.close());
  const response = await fetch(`${model.url}/v1/responses`, {
    method: 'POST',
    body: JSON.stringify({ model: 'm', input }),
  });
  const frames = (await response.text()).split('\n\n').filter((frame) => frame !== '');
  return frames.map((frame) => JSON.parse(frame.slice(frame.indexOf('data: ') + 6)) as Event);
}

function user(text: string) {
  return { type: 'message', role: 'user', content: [{ type: 'input_text', text }] };
}

function itemsIn(events: Event[]): unknown[] {
  return events.filter(({ type }) => type === 'response.output_item.done').map(({ item }) => item);
}
