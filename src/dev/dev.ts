import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { findBundledAgents, findMissing } from './bundled-agents.ts';
import { startDemoModels } from './demo-models.ts';
import { NOTES_END } from './demo-script.ts';
import type { Environment } from '../environment/engine-env.ts';
import { devEnvironment } from './dev-environment.ts';
import { startReferenceMonolith } from './reference-monolith.ts';
import { welcome } from './welcome.ts';

const WORKSPACE_ID = 'dev';
const DEFAULT_PORT = 3737;

export interface DevOptions {
  /** Ask the real models, with whatever account the environment names, even without an API key. */
  real: boolean;
  /** The ambient environment, which the engine gets confined to the dev home. */
  environment: Environment;
  /** Starts an engine with exactly this environment. */
  serve: (environment: Environment) => Promise<{ url: string; stop(): Promise<void> }>;
  /** 3737 when left out, any free port when 0. */
  port?: number | undefined;
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

/** An engine to try out: its own home, control plane, repository and, without an account, its own models. */
export async function startDev(options: DevOptions): Promise<DevEngine> {
  const home = resolve(options.home ?? '.replicas-dev');
  const ambient = setIn(options.environment);
  const { secret, cloudInitLog } = await prepareHome(home);
  const repository = await createDemoRepository(home);
  const monolith = await startReferenceMonolith({ secret, workspaceId: WORKSPACE_ID });
  const models = await startDemoModels({ real: options.real, environment: ambient, home, repository });
  const environment = devEnvironment(ambient, {
    home,
    secret,
    cloudInitLog,
    port: options.port ?? DEFAULT_PORT,
    workspaceId: WORKSPACE_ID,
    monolithUrl: monolith.url,
    agents: findBundledAgents(),
    scripted: models.scripted,
  });
  const closeStandIns = async () => void (await Promise.all([monolith.close(), models.close()]));
  const settingsFile = join(home, 'engine-environment.json');
  const engine = await options.serve(environment).catch(async (error: unknown) => {
    await closeStandIns();
    throw error;
  });
  await models.leadCodex();
  const { port } = new URL(engine.url);
  const settings = { ...differingFrom(ambient, environment), PORT: port };
  await writeFile(settingsFile, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
  return {
    url: engine.url,
    secret,
    welcome: welcome({
      url: engine.url,
      secret,
      home,
      scripted: models.scripted,
      missing: findMissing(environment),
    }),
    stop: async () => {
      await rm(settingsFile, { force: true });
      await engine.stop().finally(closeStandIns);
    },
  };
}

/** An empty variable counts as missing, here as for an engine. */
function setIn(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
}

/** What the engine has that other programs of this environment do not: they look at it, or for it. */
function differingFrom(ambient: Environment, environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([name, value]) => value !== ambient[name]));
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

const README = `# Demo

A repository for trying the engine out. Agents work here; nothing in it matters.
`;

const NOTES = `# Notes

What you say to the scripted agent ends up here.

${NOTES_END}
`;

/** Hooks to look at: one that tells how far it is, one that fails. */
const REPLICAS_JSON = {
  startHook: {
    commands: [
      'for step in 1 2 3 4 5; do echo "Installing, step $step of 5"; sleep 0.3; done',
      'echo "This hook fails on purpose: see what it printed" >&2; exit 3',
    ],
  },
};

/** Settings of these commits only: neither the user's configuration nor their hooks and signatures play a part. */
const OWN_SETTINGS = [
  ['-c', 'user.name=Replicas demo'],
  ['-c', 'user.email=demo@replicas.invalid'],
  ['-c', 'commit.gpgSign=false'],
].flat();

const OWN_ENVIRONMENT = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };

/** Creates `<home>/workspaces/demo`, a git repository with one commit, unless it is there; returns its folder. */
async function createDemoRepository(home: string): Promise<string> {
  const folder = join(home, 'workspaces', 'demo');
  if (existsSync(join(folder, '.git'))) return folder;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'README.md'), README);
  await writeFile(join(folder, 'NOTES.md'), NOTES);
  await writeFile(join(folder, 'replicas.json'), `${JSON.stringify(REPLICAS_JSON, null, 2)}\n`);
  await git(folder, ['init', '--quiet', '--initial-branch=main']);
  await git(folder, ['add', '--all']);
  await git(folder, ['commit', '--quiet', '--message', 'Start the demo']);
  return folder;
}

async function git(folder: string, args: readonly string[]): Promise<void> {
  await execa('git', [...OWN_SETTINGS, ...args], { cwd: folder, env: OWN_ENVIRONMENT });
}
