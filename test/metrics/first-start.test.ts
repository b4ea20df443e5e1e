import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { parseEnvironment } from '../../src/engine-env.ts';
import { createLog } from '../../src/log.ts';
import { startEngine } from '../../src/start-engine.ts';

it('metrics are there before any agent or hook ever ran', async () => {
  const home = await mkdtemp(join(tmpdir(), 'first-start-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const sign = join(home, 'cloud-init-output.log');
  await writeFile(sign, '');
  const environment = parseEnvironment({
    REPLICAS_ENGINE_SECRET: 'secret',
    WORKSPACE_ID: 'workspace',
    MONOLITH_URL: 'http://127.0.0.1:9',
    WORKSPACE_HOME: home,
    CLOUD_INIT_OUTPUT_LOG: sign,
  });
  const log = createLog({ level: 'silent', secrets: [] });
  const engine = await startEngine({ environment, log, version: '0' });
  onTestFinished(() => engine.handOver().catch(() => undefined));

  const { text } = await engine.metrics.read();

  expect(text).toContain('replicas_agent_processes 0\n');
  expect(text).toContain('replicas_hook_processes 0\n');
});
