import { rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { CanvasItemSummary } from '../../src/contract/canvas.ts';
import type { EngineEvent } from '../../src/contract/events.ts';
import type { QueueItem } from '../../src/contract/messages.ts';
import type { Preview } from '../../src/contract/previews.ts';
import type { SearchResults } from '../../src/contract/search.ts';
import type { TaskView } from '../../src/contract/tasks.ts';
import { createGate } from '../support/gate.ts';
import { say, useTool } from '../../src/dev/scripted-steps.ts';
import { scriptTurns } from '../../src/dev/turn-script.ts';
import {
  ENDLESS_COMMAND,
  expectEndlessCommandGone,
  killAgents,
  waitForEndlessCommand,
} from '../support/agent-processes.ts';
import type { EventStream } from '../support/event-stream.ts';
import { fetchOnce } from '../support/fetch-once.ts';
import { byPrompt, inSteps, runs, saysAround } from '../support/scripted-turns.ts';
import { shareWorkspace } from '../support/shared-workspace.ts';

const SERVER = "require('net').createServer().listen(0)";
const COMMAND = `echo "my $REPLICAS_ENGINE_SECRET"; printf '\\033[1mbold\\033[0m\\n'; ${ENDLESS_COMMAND}`;
const ADA = { senderUserId: 'u-1', senderEmail: 'ada@example.com', senderDisplayName: 'Ada' };

const shared = shareWorkspace({
  environment: { PREVIEW_URL_TEMPLATE: 'https://{port}-{workspaceId}.example.com' },
});

it('metrics tell of a turn that ran, of its agent, of streams and of the log', async () => {
  const { client, chatId, environment } = shared.enter();
  const stream = await client.follow();
  await stream.waitForEnd(await client.send(chatId, 'hello'));

  const text = await (
    await fetchOnce(`${client.url}/metrics`, {
      headers: { 'x-replicas-engine-secret': environment['REPLICAS_ENGINE_SECRET'] ?? '' },
    })
  ).text();

  const samples = new Map(text.split('\n').map((line) => line.split(' ') as [string, string]));
  expect(samples.get('replicas_turns_total{outcome="completed"}')).toBe('1');
  expect(samples.get('replicas_accept_seconds_count')).toBe('1');
  expect(samples.get('replicas_turn_seconds_count')).toBe('1');
  expect(samples.get('replicas_agent_processes')).toBe('1');
  expect(samples.get('replicas_stream_clients')).toBe('1');
  expect(samples.get('replicas_storage_low')).toBe('0');
  expect(Number(samples.get('replicas_event_log_bytes'))).toBeGreaterThan(1_000);
  expect(text).not.toContain(chatId);
});

it('what was said is found in its chat, where history has it, also after a restart', async () => {
  const { client, chatId, kill, start } = shared.enter();
  const stream = await client.follow();
  await stream.waitForEnd(await client.send(chatId, 'Where did I leave the Umbrella?'));

  const { results } = (await client.get<SearchResults>('/search?q=umbrella')).body;
  await kill();
  await start();
  const again = await client.get('/search?q=umbrella&limit=1');
  const history = await client.history(chatId);

  expect(results.map(({ kind, excerpt }) => [kind, excerpt])).toEqual([
    ['text', 'You said: Where did I leave the Umbrella?'],
    ['user', 'Where did I leave the Umbrella?'],
  ]);
  for (const { eventIndex, chatId: place } of results) {
    expect(place).toBe(chatId);
    expect(JSON.stringify(history[eventIndex])).toContain('Umbrella');
  }
  expect(again).toEqual({ status: 200, body: { results: [results[0]], truncated: true } });
  expect((await client.get('/search?q=%20')).body).toMatchObject({ code: 'validation_failed' });
  expect((await client.get('/search?q=x&chatId=none')).body).toMatchObject({ code: 'chat_not_found' });
});

it('what an agent puts on the canvas, of which it was told, is announced, listed and read', async () => {
  const put = 'mkdir -p ~/.replicas/canvas && printf "# Report\\n" > ~/.replicas/canvas/report.md';
  const { home, client, chatId, model } = shared.enter(scriptTurns(runs(put)));
  const canvas = join(home, '.replicas', 'canvas');
  const stream = await client.follow({ types: ['canvas.changed'] });

  await client.send(chatId, 'report');
  const written = await stream.waitFor(
    (event) => event.type === 'canvas.changed' && event.payload.item.sizeBytes === 9,
  );
  const { body } = await client.get<{ items: CanvasItemSummary[] }>('/canvas');
  const item = await client.get('/canvas/report.md');
  rmSync(join(canvas, 'report.md'));
  const removed = await stream.waitFor(
    (event) => event.type === 'canvas.changed' && event.payload.change === 'removed',
  );

  expect(JSON.stringify(model.messages().at(-1))).toContain(canvas);
  expect(body.items).toEqual([
    { filename: 'report.md', kind: 'markdown', sizeBytes: 9, updatedAt: expect.any(String) },
  ]);
  expect(written.payload).toEqual({ item: body.items[0], change: 'written' });
  expect(item).toEqual({
    status: 200,
    body: { ...body.items[0], mimeType: 'text/markdown', content: '# Report\n' },
  });
  expect(removed.payload).toEqual({ item: body.items[0], change: 'removed' });
  expect(await client.get('/canvas/report.md')).toMatchObject({ body: { code: 'canvas_item_not_found' } });
});

it('a port that an agent opens is announced with its chat, listed, kept over a restart, and gone with its process', async () => {
  const command = `setsid "${process.execPath}" -e "${SERVER}" -- --token hidden >/dev/null 2>&1 & echo $!`;
  const workspace = shared.enter(scriptTurns(runs(command)));
  const { client, chatId, home } = workspace;
  const none = await client.get('/previews');
  const stream = await client.follow({ types: ['preview.changed'] });
  const stranger = createServer().listen(0);
  onTestFinished(() => void stranger.close());

  await client.send(chatId, 'serve');
  const { payload } = await stream.waitFor((event) => countOf(event) === 1);
  const { previews } = (await client.get<{ previews: Preview[] }>('/previews')).body;
  const [preview] = previews;
  await workspace.kill();
  await workspace.start();
  const kept = await client.get('/previews');
  const file: unknown = JSON.parse(await readFile(join(home, '.replicas', 'preview-ports.json'), 'utf8'));
  const later = await client.follow({ types: ['preview.changed'] });
  process.kill(preview!.pid, 'SIGKILL');
  await later.waitFor((event) => countOf(event) === 0);

  expect(none).toEqual({ status: 200, body: { previews: [] } });
  expect(previews).toEqual([
    {
      port: expect.any(Number),
      publicUrl: `https://${preview?.port}-workspace-of-the-tests.example.com`,
      createdAt: expect.any(String),
      pid: expect.any(Number),
      command: `${process.execPath} -e ${SERVER} -- --token [redacted]`,
      chatId,
    },
  ]);
  expect(payload).toEqual({ previews });
  expect(kept.body).toEqual({ previews });
  expect(file).toEqual({ previews });
  expect((await client.get('/previews')).body).toEqual({ previews: [] });
});

it('what runs in the background is listed without secrets, outlives an engine, and ends when it is stopped, or with its agent', async () => {
  const leave = inSteps(
    useTool('Bash', { command: COMMAND, description: 'Wait', run_in_background: true }),
    say('Left.'),
  );
  const { client, chatId, home, kill, start } = await shared.enterAlone(byPrompt({ leave }));
  const list = async () => (await client.get<{ tasks: TaskView[] }>(`/chats/${chatId}/tasks`)).body.tasks;
  let stream = await client.follow();
  await stream.waitForEnd(await client.send(chatId, 'leave it'));
  await waitForEndlessCommand(home);

  await expect
    .poll(list)
    .toMatchObject([{ outputTail: 'my [redacted]\n\u001B[1mbold\u001B[0m\n', state: 'running' }]);
  const [first] = await list();
  expect(first).toEqual({
    id: expect.any(String),
    kind: 'shell',
    title: 'Wait',
    state: 'running',
    startedAt: expect.any(String),
    lastActivityAt: expect.any(String),
    outputTail: expect.any(String),
  });
  expect(await client.chat(chatId)).toMatchObject({ processing: false });
  const path = `/chats/${chatId}/tasks`;
  expect(await client.post(`${path}/nothing/stop`)).toMatchObject({
    status: 404,
    body: { code: 'task_not_found' },
  });

  await kill();
  await start();
  expect(await list()).toEqual([first]);
  stream = await client.follow();
  expect(await client.post(`${path}/${first!.id}/stop`)).toEqual({ status: 200, body: { success: true } });
  await expectEndlessCommandGone(home);
  await expect.poll(() => changesIn(stream)).toEqual(['stopping', 'stopped']);

  await stream.waitForEnd(await client.send(chatId, 'leave it again'));
  expect((await client.post(`/chats/${chatId}/interrupt`)).body).toMatchObject({ background: 'keep' });
  expect(await list()).toMatchObject([{ state: 'stopped' }, { state: 'running' }]);
  expect(await client.post(`/chats/${chatId}/interrupt?background=stop`)).toEqual({
    status: 200,
    body: { interrupted: false, queue: [], background: 'stop' },
  });
  await expect.poll(list).toMatchObject([{ state: 'stopped' }, { state: 'stopped' }]);

  await stream.waitForEnd(await client.send(chatId, 'leave it at last'));
  await waitForEndlessCommand(home);
  await kill();
  await killAgents(home);
  await start();
  await expect.poll(list).toMatchObject([{ state: 'stopped' }, { state: 'stopped' }, { state: 'lost' }]);
  const all = await client.follow({ after: stream.events[0]!.id });
  await expect.poll(() => changesIn(all).filter((state) => state === 'lost')).toEqual(['lost']);
});

it('who sent a message is told when it is accepted, while it waits and in the history, also after a restart', async () => {
  const gate = createGate();
  const workspace = await shared.enterAlone(byPrompt({ wait: saysAround(gate) }));
  const { client, chatId } = workspace;
  const stream = await client.follow();
  const submittedAt = '2026-01-01T13:00:00+01:00';
  const message = { message: 'later', messageId: 'm-2', submittedAt, ...ADA };
  const send = (body: object) => client.post(`/chats/${chatId}/messages`, body);
  const senders = async () => (await client.get(`/chats/${chatId}/history`)).body['senders'];

  await client.send(chatId, 'wait');
  const receipt = await send(message);
  const repeated = await send({ ...message, planMode: false, goalMode: false, fastMode: false });
  const forged = await send({ ...message, senderEmail: 'eve@example.com' });
  const { queue } = (await client.get<{ queue: QueueItem[] }>(`/chats/${chatId}/queue`)).body;
  const accepted = await stream.waitFor(
    (event) => event.type === 'chat.turn.accepted' && event.payload.messageId === 'm-2',
  );
  const said = await senders();
  gate.open();
  await stream.waitForEnd('m-2');
  await workspace.kill();
  await workspace.start();

  expect(receipt).toEqual({ status: 200, body: { messageId: 'm-2', queued: true, position: 1 } });
  expect(repeated).toEqual(receipt);
  expect(forged).toMatchObject({ status: 409, body: { code: 'message_conflict' } });
  expect(queue).toEqual([{ id: 'm-2', message: 'later', queuedAt: expect.any(String), ...ADA }]);
  expect(accepted.payload).toEqual({
    chatId,
    messageId: 'm-2',
    queued: true,
    position: 1,
    submittedAt,
    ...ADA,
  });
  expect(said).toEqual([
    { senderUserId: 'u-1', senderEmail: 'ada@example.com', recordedAt: queue[0]?.queuedAt },
  ]);
  expect(await senders()).toEqual(said);
});

function countOf(event: EngineEvent): number | undefined {
  return event.type === 'preview.changed' ? event.payload.previews.length : undefined;
}

/** How tasks were told to stand, one after the other. */
function changesIn({ events }: EventStream): string[] {
  return events.flatMap((event) => (event.type === 'chat.task.changed' ? [event.payload.task.state] : []));
}
