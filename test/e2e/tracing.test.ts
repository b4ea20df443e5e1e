import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sayingsOf } from '../../src/agents/say.ts';
import { say, useTool } from '../../src/dev/scripted-steps.ts';
import { scriptTurns } from '../../src/dev/turn-script.ts';
import { fetchOnce } from '../support/fetch-once.ts';
import { startCollector } from '../support/span-collector.ts';
import { keepSecret } from '../support/secrets.ts';
import { inSteps } from '../support/scripted-turns.ts';
import { startWorkspace, type Workspace } from '../support/workspace.ts';

const KEY = 'key-of-the-collector';
const [TRACE_ID, SPAN_ID] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];

it('continues a trace over a killed engine, says nothing of what was said, and works on without a collector', async () => {
  keepSecret('the key of the collector', KEY);
  const collector = await startCollector();
  const wait = 'until [ -e go ]; do sleep 0.1; done';
  const workspace = await startWorkspace({
    script: scriptTurns(inSteps(useTool('Bash', { command: wait }), say('Done.'))),
    environment: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: `x-key=${KEY}`,
      OTEL_SERVICE_NAME: 'traced',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    },
  });
  const { client, chatId, kill, start, folder, engine } = workspace;
  const stream = await client.follow({ resume: true });

  const messageId = await sendTraced(workspace, 'wait for it');
  await stream.waitFor(
    ({ type, payload }) =>
      type === 'chat.turn.delta' && sayingsOf(payload.event).some(({ kind }) => kind === 'tool'),
  );
  await kill();
  await start();
  await writeFile(join(folder, 'go'), '');
  await stream.waitForEnd(messageId);

  const ofTurn = () => collector.spans.filter(({ traceId }) => traceId === TRACE_ID);
  await expect.poll(ofTurn).toHaveLength(2);
  const [turn, tool] = ofTurn();
  expect(turn).toMatchObject({
    parentSpanId: SPAN_ID,
    name: 'invoke_agent claude',
    attributes: expect.arrayContaining([
      { key: 'gen_ai.conversation.id', value: { stringValue: chatId } },
      { key: 'gen_ai.usage.output_tokens', value: { intValue: 14 } },
      { key: 'replicas.turn.outcome', value: { stringValue: 'completed' } },
    ]),
  });
  expect(tool).toMatchObject({ parentSpanId: turn?.spanId, name: 'execute_tool Bash' });
  expect(collector.texts.join()).not.toContain('wait for it');
  expect(collector.texts.join()).not.toContain(wait);
  expect(new Set(collector.keys)).toEqual(new Set([KEY]));
  expect(collector.texts[0]).toContain('{"key":"service.name","value":{"stringValue":"traced"}}');

  await collector.close();
  await stream.waitForEnd(await client.send(chatId, 'again'));
  const { code } = await engine().end('SIGTERM');
  expect(code).toBe(0);
  expect(
    engine()
      .logs()
      .match(/traces cannot be sent/g)?.length ?? 0,
  ).toBeLessThan(2);
});

async function sendTraced({ client, chatId, environment }: Workspace, message: string): Promise<string> {
  const response = await fetchOnce(`${client.url}/chats/${chatId}/messages`, {
    method: 'POST',
    headers: {
      'x-replicas-engine-secret': environment['REPLICAS_ENGINE_SECRET']!,
      'content-type': 'application/json',
      traceparent: `00-${TRACE_ID}-${SPAN_ID}-01`,
    },
    body: JSON.stringify({ message }),
  });
  return ((await response.json()) as { messageId: string }).messageId;
}
