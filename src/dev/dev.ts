import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { findBundledAgents } from './bundled-agents.ts';
import { curlSession } from './curl-session.ts';
import { createDemoRepository } from './demo-repository.ts';
import { demoScript } from './demo-script.ts';
import { devEnvironment, type Environment } from './dev-environment.ts';
import { startReferenceMonolith } from './reference-monolith/reference-monolith.ts';
import { startScriptedModel, type ScriptedModel } from './scripted-model.ts';

const WORKSPACE_ID = 'dev';
const DEFAULT_PORT = 3737;

export interface DevOptions {
  /** Ask the real model, with whatever account the environment names, even without `ANTHROPIC_API_KEY`. */
  real: boolean;
  /** The ambient environment, which the engine gets confined to the dev home. */
  environment: Environment;
  /** Starts an engine with exactly this environment. */
  serve: (environment: Environment) => Promise<{ url: string; stop(): Promise<void> }>;
  /** 3737 when left out, any free port when 0. */
  port?: number;
  /** The folder that is everything's home; `.replicas-dev` in the working directory when left out. */
  home?: string;
}

export interface DevEngine {
  url: string;
  secret: string;
  /** What to tell the person who started it. */
  welcome: string;
  stop(): Promise<void>;
}

/** An engine to try out: its own home, control plane, repository and, without an account, its own model. */
export async function startDev(options: DevOptions): Promise<DevEngine> {
  const home = resolve(options.home ?? '.replicas-dev');
  const { secret, cloudInitLog } = await prepareHome(home);
  const repository = await createDemoRepository(home);
  const monolith = await startReferenceMonolith({ secret, workspaceId: WORKSPACE_ID });
  const model = usesRealModel(options)
    ? null
    : await startScriptedModel({ script: demoScript({ repository }) });
  const environment = devEnvironment(options.environment, {
    home,
    secret,
    cloudInitLog,
    port: options.port ?? DEFAULT_PORT,
    workspaceId: WORKSPACE_ID,
    monolithUrl: monolith.url,
    agents: findBundledAgents(),
    scriptedModel: model?.url ?? null,
  });
  const closeStandIns = async () => void (await Promise.all([monolith.close(), model?.close()]));
  const engine = await options.serve(environment).catch(async (error: unknown) => {
    await closeStandIns();
    throw error;
  });
  return {
    url: engine.url,
    secret,
    welcome: welcome({ url: engine.url, secret, home, model }),
    stop: () => engine.stop().finally(closeStandIns),
  };
}

function usesRealModel({ real, environment }: DevOptions): boolean {
  return real || environment['ANTHROPIC_API_KEY'] !== undefined;
}

async function prepareHome(home: string): Promise<{ secret: string; cloudInitLog: string }> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  const cloudInitLog = join(home, 'cloud-init-output.log');
  await writeFile(cloudInitLog, 'There is no cloud-init here: this machine is ready.\n', { mode: 0o600 });
  return { secret: await readOrCreateSecret(join(home, 'engine-secret')), cloudInitLog };
}

async function readOrCreateSecret(file: string): Promise<string> {
  if (existsSync(file)) return (await readFile(file, 'utf8')).trim();
  const secret = randomBytes(24).toString('hex');
  await writeFile(file, `${secret}\n`, { mode: 0o600, flag: 'wx' });
  return secret;
}

interface Welcome {
  url: string;
  secret: string;
  home: string;
  model: ScriptedModel | null;
}

function welcome({ url, secret, home, model }: Welcome): string {
  return `The engine listens on ${url} and keeps everything in ${home}.
Its secret is ${secret}.
Look inside: ${url}/inspect
${model ? SCRIPTED_MODEL : 'Claude Code talks to the real model.'}

Paste this into another shell:

${curlSession({ url, secret })}`;
}

const SCRIPTED_MODEL = `The agent is the real Claude Code. Its model is a scripted stand-in that needs no account: it adds what you say to
workspaces/demo/NOTES.md. Set ANTHROPIC_API_KEY, or start with --real, to talk to the real model.`;
