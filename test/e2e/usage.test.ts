import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { z } from 'zod';
import { say } from '../../src/dev/scripted-steps.ts';
import type { RequestListSchema } from '../../src/contract/requests.ts';
import type { EngineEvent } from '../../src/contract/events.ts';
import { plus } from '../../machines/chat.usage.ts';
import { fetchOnce } from '../support/fetch-once.ts';
import { byPrompt, inSteps, runsForever, turnByPrompt } from '../support/scripted-turns.ts';
import { startCollector, type Span } from '../support/span-collector.ts';
import { startWorkspace } from '../support/workspace.ts';
import { createChat, startMixedWorkspace, type MixedWorkspace } from './agents/mixed-workspace.ts';

/** `USAGE_TURNS=1000`: its long form. */
const TURNS = Number(process.env['USAGE_TURNS'] ?? 3);

/** A batch of spans that a collector did not take is sent again after a second and more. */
const PATIENT = { timeout: 30_000 };

const WAIT = 'until [ -e go ]; do sleep 0.1; done';

/** What each scripted model says of each call. */
const OF_CLAUDE = { inputTokens: 10, outputTokens: 7, cacheReadTokens: 0, cacheWriteTokens: 0 };
const OF_CODEX = { inputTokens: 8, outputTokens: 7, cacheReadTokens: 2, cacheWriteTokens: 0 };

it(
  `the usage of ${TURNS} turns of each agent is what the models reported, also in traces and over a killed engine`,
  async () => {
    const collector = await startCollector();
    const workspace = await startMixedWorkspace({
      environment: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '50' },
      turn: (run) =>
        turnByPrompt({
          slow: inSteps(run('true'), run(WAIT), say('Done.')),
          quick: inSteps(run('true'), say('Done.')),
        }),
    });
    const { client, kill, start } = workspace;
    const stream = await client.follow({ resume: true });
    const chats = [await client.firstChat('claude'), await createChat(client, 'codex')] as const;

    const slow = await Promise.all(chats.map((chatId) => client.send(chatId, 'slow')));
    for (const chatId of chats) await stream.waitFor(isUsageOf(chatId));
    await kill();
    await start();
    await writeFile(join(workspace.folder, 'go'), '');
    for (const messageId of slow) await stream.waitForEnd(messageId);
    const before = await metricsOf(workspace);
    for (let turn = 1; turn < TURNS; turn += 1) {
      const sent = await Promise.all(chats.map((chatId) => client.send(chatId, `quick ${turn}`)));
      for (const messageId of sent) await stream.waitForEnd(messageId);
    }

    const [calls, responses] = [workspace.model.messages().length, workspace.responses.requests.length];
    const { body } = await client.get<{ providers: Record<string, object>; chats: { usage: object }[] }>(
      '/usage',
    );
    expect([calls, responses]).toEqual([2 * TURNS + 1, 2 * TURNS + 1]);
    expect(body.providers['claude']).toMatchObject({ ...times(OF_CLAUDE, calls), turns: TURNS });
    expect(body.providers['codex']).toMatchObject({ ...times(OF_CODEX, responses), turns: TURNS });
    const traced = (name: string) => collector.spans.reduce((all, span) => all + countOf(span, name), 0);
    await expect.poll(() => traced('gen_ai.usage.output_tokens'), PATIENT).toBe((calls + responses) * 7);
    expect(traced('gen_ai.usage.input_tokens')).toBe(calls * 10 + responses * (8 + 2));
    expect(collector.spans.filter(({ name }) => /^(?:invoke_agent|execute_tool) /.test(name))).toHaveLength(
      calls + responses,
    );
    for (const chatId of chats) {
      const told = stream.events.filter(isUsageOf(chatId)).map(({ payload }) => payload.spent);
      const { body: one } = await client.get<{ chat: { usage: object } }>(`/chats/${chatId}`);
      const { durationMs: _, turns: __, ...usage } = one.chat.usage as Record<string, unknown>;
      expect(told.reduce(plus, {})).toEqual(usage);
    }
    const after = await metricsOf(workspace);
    const growth = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
    expect(growth('replicas_tokens_total{kind="output"}')).toBe((TURNS - 1) * 4 * 7);
    expect(growth('replicas_tokens_total{kind="input"}')).toBe((TURNS - 1) * 2 * (10 + 8));
  },
  120_000 + TURNS * 5_000,
);

function countOf({ attributes }: Span, name: string): number {
  return Number(attributes.find(({ key }) => key === name)?.value.intValue ?? 0);
}

it('a budget that is used up when the engine is killed is asked for once, and no model before it is raised; then that of the workspace', async () => {
  const { chatId, client, kill, model, start } = await startWorkspace({
    script: byPrompt({ endless: runsForever() }),
  });
  const stream = await client.follow({ resume: true });
  const requests = async (id = chatId) =>
    (await client.get<RequestList>(`/chats/${id}/requests`)).body.requests;
  await client.patch(`/chats/${chatId}`, { budget: { tokens: 17 } });

  await client.send(chatId, 'endless');
  const waiting = await client.send(chatId, 'after');
  await stream.waitFor(isUsageOf(chatId));
  await kill();
  await start();

  await expect.poll(() => requests(), PATIENT).toMatchObject([{ id: 'budget-1', scope: 'chat' }]);
  expect((await client.get(`/chats/${chatId}`)).body).toMatchObject({
    chat: { state: 'idle', processing: false, awaitingInput: true, budget: { tokens: 17 } },
  });
  expect(model.messages()).toHaveLength(1);
  await client.post(`/chats/${chatId}/requests/budget-1`, { decision: 'allow', budget: { tokens: 1_000 } });
  expect(await stream.waitForEnd(waiting)).toMatchObject({ payload: { outcome: 'completed' } });
  expect(model.messages()).toHaveLength(2);
  const asked = stream.events.filter(({ type }) => type === 'chat.request.opened');
  expect(asked).toMatchObject([{ payload: { request: { id: 'budget-1' } } }]);

  const other = await createChat(client, 'claude');
  const budget = { tokens: 3 * 17 };
  expect((await client.patch('/usage', { budget })).body).toMatchObject({ budget });
  await client.send(chatId, 'endless');
  await expect
    .poll(() => requests(), PATIENT)
    .toMatchObject([{ id: 'budget-2', scope: 'workspace', budget }]);
  const queued = await client.send(other, 'hello');
  await kill();
  await start();

  const shared = { scope: 'workspace', budget, used: { tokens: 3 * 17 } };
  await expect.poll(() => requests(other), PATIENT).toMatchObject([{ id: 'budget-1', ...shared }]);
  expect(await requests()).toMatchObject([{ id: 'budget-2', ...shared }]);
  expect(model.messages()).toHaveLength(3);
  await client.post(`/chats/${other}/requests/budget-1`, { decision: 'allow' });
  expect(await stream.waitForEnd(queued)).toMatchObject({ payload: { outcome: 'completed' } });
  expect([await requests(), await requests(other)]).toEqual([[], []]);
  expect((await client.get('/usage')).body).toMatchObject({ budget: { tokens: 2 * 3 * 17 } });
}, 120_000);

type RequestList = z.infer<typeof RequestListSchema>;
type UsageChanged = Extract<EngineEvent, { type: 'chat.usage.changed' }>;

function isUsageOf(chatId: string) {
  return (event: EngineEvent): event is UsageChanged =>
    event.type === 'chat.usage.changed' && event.payload.chatId === chatId;
}

function times(usage: Record<string, number>, count: number) {
  return Object.fromEntries(Object.entries(usage).map(([name, value]) => [name, value * count]));
}

async function metricsOf({ client, environment }: MixedWorkspace): Promise<Map<string, number>> {
  const headers = { 'x-replicas-engine-secret': environment['REPLICAS_ENGINE_SECRET'] ?? '' };
  const text = await (await fetchOnce(`${client.url}/metrics`, { headers })).text();
  return new Map(
    text.split('\n').map((line) => {
      const place = line.lastIndexOf(' ');
      return [line.slice(0, place), Number(line.slice(place + 1))];
    }),
  );
}
