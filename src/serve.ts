import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parseEnvironment } from './engine-env.ts';
import type { Environment } from './engine-env.ts';
import { createLog } from './log.ts';
import type { Log } from './log.ts';
import { createApp } from './server/app.ts';
import { startListener } from './server/listen.ts';
import { startEngine } from './start-engine.ts';

export interface RunningServer {
  readonly url: string;
  readonly log: Log;
  /** Ends running turns as `interrupted` while HTTP still answers, then closes the listener. */
  stop(): Promise<void>;
  /** Lets go at once: agents stay and the next engine attaches to them. */
  handOver(): Promise<void>;
  /** Rejects when the engine cannot go on. */
  readonly failed: Promise<never>;
}

/**
 * Starts an engine with exactly this environment and serves it over HTTP, boot still going on behind it.
 * @throws {EngineError} `ENVIRONMENT_INVALID`, `HOME_IN_USE`, `PORT_UNAVAILABLE`.
 */
export async function serve(variables: Environment): Promise<RunningServer> {
  const environment = parseEnvironment(variables);
  const secret = environment.REPLICAS_ENGINE_SECRET;
  const version = readVersion();
  const log = createLog({ level: environment.LOG_LEVEL, secrets: [secret] });
  const engine = await startEngine({ environment, log, version });
  const { HOST: host, PORT: port, BODY_MAX_BYTES: bodyMaxBytes } = environment;
  const app = createApp({ engine, secret, log });
  const listener = await startListener(app, { host, port, bodyMaxBytes }).catch(async (error: unknown) => {
    await engine.handOver();
    throw error;
  });
  log.info({ url: listener.url, version, home: environment.WORKSPACE_HOME }, 'serving');
  return {
    url: listener.url,
    log,
    stop() {
      log.info('stopping: running turns end as interrupted');
      return engine.stop().finally(() => listener.close());
    },
    handOver() {
      log.info('handing over: agents stay');
      return engine.handOver();
    },
    failed: engine.failed,
  };
}

/** The package's version, above the sources and above what is built of them. */
function readVersion(): string {
  const candidates = ['..', '../..'].map((folder) => join(import.meta.dirname, folder, 'package.json'));
  const file = candidates.find(existsSync) ?? 'package.json';
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8'))).version;
}
