import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFailed, onTestFinished } from 'vitest';
import { findTestedAgents } from './tested-agents.ts';
import type { Issue } from '../../src/dev/reference-monolith.ts';
import { startFaultyMonolith, type FaultyMonolith, type FaultyMonolithOptions } from './faulty-monolith.ts';
import { type Script } from '../../src/dev/scripted-model.ts';
import { startRecordedModel, type RecordedModel } from './recorded-model.ts';
import { scriptTurns } from '../../src/dev/turn-script.ts';
import { createEngineClient, type EngineClient } from './engine-client.ts';
import {
  launchEngine,
  stopEngine,
  waitForHealth,
  type Ending,
  type EngineProcess,
  type Environment,
} from './engine-process.ts';
import { findFreePort } from './free-port.ts';
import { echo } from './scripted-turns.ts';
import { keepSecretsOf } from './secrets.ts';
import { createTemporaryHome } from './temporary-home.ts';

const SECRET = 'secret-of-the-tests';
const WORKSPACE_ID = 'workspace-of-the-tests';

export interface Workspace {
  readonly home: string;
  /** Where agents run. */
  readonly folder: string;
  readonly model: RecordedModel;
  readonly monolith: FaultyMonolith;
  readonly client: EngineClient;
  /** The first chat of Claude Code. */
  readonly chatId: string;
  /** The engine that runs now, or ran last. */
  readonly engine: () => EngineProcess;
  /** The end of what its engines printed. */
  readonly logs: () => string;
  /** SIGKILL, as when the machine has no memory left. */
  readonly kill: () => Promise<Ending>;
  /** Starts the next engine on the same home and port. */
  readonly start: (overrides?: Environment) => Promise<EngineProcess>;
  /** The environment its engines get, to start one by hand. */
  readonly environment: Environment;
}

export interface WorkspaceOptions {
  script?: Script;
  environment?: Environment;
  /** Folder in which the home is made. */
  parent?: string;
  /** What goes wrong with calls to the control plane. */
  fault?: FaultyMonolith['fault'];
  /** The logins that the control plane gives out. */
  issue?: NonNullable<FaultyMonolithOptions['issue']>;
  /** What the home holds before the first engine starts. */
  prepare?: (home: string) => Promise<void>;
}

/** Takes what is to be done once the workspace is no longer needed; what came last is done first. */
type AtEnd = (end: () => void | Promise<void>) => void;

/** The real engine and the real Claude Code with a scripted model, in a home of their own; gone after the test. */
export async function startWorkspace(
  options: WorkspaceOptions = {},
  atEnd: AtEnd = onTestFinished,
): Promise<Workspace> {
  const home = await createTemporaryHome(options.parent);
  atEnd(() => home.remove());
  const model = await startRecordedModel({ script: options.script ?? scriptTurns(echo) });
  atEnd(() => model.close());
  const monolith = await startFaultyMonolith({
    secret: SECRET,
    workspaceId: WORKSPACE_ID,
    fault: options.fault,
    ...(options.issue !== undefined && { issue: keeping(options.issue) }),
  });
  atEnd(() => monolith.close());
  const cloudInitLog = join(home.path, 'cloud-init-output.log');
  await writeFile(cloudInitLog, 'done\n');
  await options.prepare?.(home.path);
  const port = await findFreePort();
  const environment = {
    ...engineEnvironment(home.path, { port, cloudInitLog }),
    MONOLITH_URL: monolith.url,
    ANTHROPIC_BASE_URL: model.url,
    ...options.environment,
  };
  const url = `http://127.0.0.1:${port}`;
  return connect({ home: home.path, model, monolith, environment, url, atEnd });
}

interface Parts {
  home: string;
  model: RecordedModel;
  monolith: FaultyMonolith;
  environment: Environment;
  url: string;
  atEnd: AtEnd;
}

async function connect({ home, model, monolith, environment, url, atEnd }: Parts): Promise<Workspace> {
  const engines: EngineProcess[] = [];
  const start = async (overrides: Environment = {}): Promise<EngineProcess> => {
    const engine = launchEngine({ ...environment, ...overrides });
    engines.push(engine);
    await waitForHealth(engine, url);
    return engine;
  };
  atEnd(async () => {
    if (await wasKilled(engines.at(-1))) await start(); // what a killed one leaves is the next one's to end
    for (const engine of engines) await stopEngine(engine);
  });
  const logs = () => engines.map((engine) => engine.logs().slice(-8_000)).join('\n--- next engine\n');
  if (atEnd === onTestFinished) onTestFailed(() => console.error(logs()));
  await start();
  const client = createEngineClient({ url, secret: SECRET });
  return {
    home,
    folder: join(home, 'workspaces'),
    model,
    monolith,
    client,
    environment,
    chatId: await client.firstChat('claude'),
    engine: () => engines.at(-1)!,
    logs,
    kill: () => engines.at(-1)!.end('SIGKILL'),
    start,
  };
}

async function wasKilled(engine: EngineProcess | undefined): Promise<boolean> {
  return engine !== undefined && !engine.isAlive() && (await engine.exited).signal === 'SIGKILL';
}

/** The same logins; none of them may be shown. */
function keeping(issue: NonNullable<WorkspaceOptions['issue']>): NonNullable<WorkspaceOptions['issue']> {
  const keep =
    (issueOne: Issue): Issue =>
    async (request) => {
      const credential: unknown = await issueOne(request);
      keepSecretsOf(credential);
      return credential;
    };
  return Object.fromEntries(Object.entries(issue).map(([provider, issueOne]) => [provider, keep(issueOne)]));
}

function engineEnvironment(
  home: string,
  { port, cloudInitLog }: { port: number; cloudInitLog: string },
): Environment {
  const agents = findTestedAgents();
  return {
    PATH: process.env['PATH'],
    // The home of whoever starts the engine: nothing may end up there.
    HOME: '/nonexistent',
    WORKSPACE_HOME: home,
    REPLICAS_ENGINE_SECRET: SECRET,
    WORKSPACE_ID,
    HOST: '127.0.0.1',
    PORT: String(port),
    HEARTBEAT_MS: '0',
    CLOUD_INIT_OUTPUT_LOG: cloudInitLog,
    CLAUDE_PATH: agents.claude ?? undefined,
    CODEX_PATH: agents.codex ?? undefined,
    ANTHROPIC_API_KEY: 'sk-ant-dummy',
    CLAUDE_CODE_MAX_RETRIES: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_ERROR_REPORTING: '1',
    DISABLE_TELEMETRY: '1',
  };
}
