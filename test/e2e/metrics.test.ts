import { expect, it } from 'vitest';
import { startWorkspace } from '../support/workspace.ts';

it('metrics tell of a turn that ran, of its agent, of streams and of the log', async () => {
  const { client, chatId, environment } = await startWorkspace();
  const stream = await client.follow();
  await stream.waitForEnd(await client.send(chatId, 'hello'));

  const text = await (
    await fetch(`${client.url}/metrics`, {
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
