import { expect, it } from 'vitest';
import { createBootedHome, startInProcess } from '../support/start-in-process.ts';

it('metrics are there before any agent or hook ever ran', async () => {
  const engine = await startInProcess(await createBootedHome());

  const { text } = await engine.metrics.read();

  expect(text).toContain('replicas_agent_processes 0\n');
  expect(text).toContain('replicas_hook_processes 0\n');
  expect(text).toContain('# TYPE replicas_agent_process_states gauge\n');
});
