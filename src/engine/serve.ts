import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { archiveSecretsOf } from '../environment/archive-variables.ts';
import { parseEnvironment } from '../environment/engine-env.ts';
import type { Environment, EngineEnvironment } from '../environment/engine-env.ts';
import type { Boot, Health } from '../contract/status.ts';
import { createLog } from '../log.ts';
import type { Log } from '../log.ts';
import { EngineError } from '../errors.ts';
import { codeOf } from '../storage/attempt.ts';
import { FrontDoor } from '../server/front-door.ts';
import { startListener } from '../server/listen.ts';
import { BootStatus } from '../journal/projection/boot-status.ts';
import { tracingSecretsOf } from '../environment/tracing-variables.ts';
import { readVersion } from '../environment/version.ts';

export interface RunningServer {
  readonly url: string;
  readonly log: Log;
  /** Ends running turns as `interrupted` while HTTP still answers, then closes the listener. */
  stop(): Promise<void>;
  /** Lets go at once: agents stay and the next engine attaches to them. */
  handOver(): Promise<void>;
  /** Resolves when the workspace was given to another machine: it is to be stopped. */
  readonly moved: Promise<void>;
  /** Rejects when the engine cannot go on. */
  readonly failed: Promise<never>;
}

/** What a disk answers to whoever may not, or cannot, write to it. */
const UNUSABLE = new Set<string | undefined>([
  'ENOSPC',
  'EDQUOT',
  'EROFS',
  'EACCES',
  'EPERM',
  'EEXIST',
  'ENOTDIR',
]);

/**
 * Starts an engine with exactly this environment and serves it over HTTP, boot still going on behind it.
 * @throws {EngineError} `ENVIRONMENT_INVALID`, `HOME_IN_USE`, `HOME_UNUSABLE`, `HOME_UNLOCKABLE`, `PORT_UNAVAILABLE`; `STOPPED_EARLY` when it was aborted.
 */
export async function serve(variables: Environment, signal?: AbortSignal): Promise<RunningServer> {
  const environment = parseEnvironment(variables);
  const secret = environment.REPLICAS_ENGINE_SECRET;
  const version = readVersion();
  const log = createLog({
    level: environment.LOG_LEVEL,
    secrets: [
      secret,
      environment.REPLICA_LOG_URL?.password ?? '',
      ...archiveSecretsOf(environment),
      ...tracingSecretsOf(environment),
    ],
  });
  const { HOST: host, PORT: port, BODY_MAX_BYTES: bodyMaxBytes } = environment;
  let boot = new BootStatus(environment).read();
  const door = new FrontDoor(() => earlyHealth(environment, { version, boot }));
  const onRestore = (restoring: Boot) => {
    boot = restoring;
    door.refuse();
  };
  const listen = () => startListener(door, { host, port, bodyMaxBytes, log });
  const early = await listen().catch(() => null); // until its home is free, an engine may also hold the port
  const { createApp, startEngine } = await loadEngine();
  const starting = startEngine({ environment, log, version, onRestore, signal });
  const engine = await starting.catch(async (error: unknown) => {
    await early?.close();
    if (!(error instanceof Error && UNUSABLE.has(codeOf(error)))) throw error;
    throw new EngineError(
      'HOME_UNUSABLE',
      { home: environment.WORKSPACE_HOME, reason: error.message },
      { cause: error },
    );
  });
  const listener =
    early ??
    (await listen().catch(async (error: unknown) => {
      await engine.handOver();
      throw error;
    }));
  door.open(createApp({ engine, secret, log }));
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
    moved: engine.moved,
    failed: engine.failed,
  };
}

/** A probe that waited for the listener asks within this time, and is answered before the engine is loaded. */
const KNOCK_MS = 4;

/** Loaded behind the listener: most of what takes time at a start is reading code. */
async function loadEngine() {
  await delay(KNOCK_MS);
  const [{ startEngine }, { createApp }] = await Promise.all([
    import('./start-engine.ts'),
    import('../server/app.ts'),
  ]);
  return { startEngine, createApp };
}

function earlyHealth(
  { CLOUD_INIT_OUTPUT_LOG: sign }: EngineEnvironment,
  rest: Omit<Health, 'status'>,
): Health {
  return { status: existsSync(sign) ? 'ok' : 'initializing', ...rest };
}
