import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { parseEnvironment } from '../../src/environment/engine-env.ts';
import type { RunningEngine } from '../../src/server/engine.ts';
import { createLog, type Log } from '../../src/log.ts';
import { startEngine } from '../../src/engine/start-engine.ts';

/** A home in which cloud-init is done; gone after the test. */
export async function createBootedHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'engine-home-'));
  onTestFinished(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));
  await writeFile(signOf(home), '');
  return home;
}

/** An engine without any agent, in this process. */
export async function startInProcess(
  home: string,
  variables: Record<string, string | undefined> = {},
  log: Log = createLog({ level: 'silent', secrets: [] }),
): Promise<RunningEngine> {
  const environment = parseEnvironment({
    REPLICAS_ENGINE_SECRET: 'secret',
    WORKSPACE_ID: 'workspace',
    MONOLITH_URL: 'http://127.0.0.1:9',
    WORKSPACE_HOME: home,
    CLOUD_INIT_OUTPUT_LOG: signOf(home),
    CLAUDE_PATH: '/nonexistent/claude',
    CODEX_PATH: '/nonexistent/codex',
    ...variables,
  });
  const engine = await startEngine({ environment, log, version: '0' });
  onTestFinished(() => engine.handOver().catch(() => undefined));
  return engine;
}

/** What tells that cloud-init is done. */
export function signOf(home: string): string {
  return join(home, 'cloud-init-output.log');
}
