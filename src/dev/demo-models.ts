import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { demoTurn } from './demo-script.ts';
import { CLAUDE_TOOLS, CODEX_TOOLS } from './demo-tools.ts';
import type { Environment } from '../environment/engine-env.ts';
import type { ScriptedModels } from './dev-environment.ts';
import { startScriptedModel } from './scripted-model.ts';
import { startScriptedResponses } from './scripted-responses.ts';
import { scriptTurns } from './turn-script.ts';
import { writesPlans } from './writes-plans.ts';

export interface DemoModels {
  scripted: ScriptedModels;
  /** Leads Codex to its model, once the engine has the home: until then it may be the Codex of another one. */
  leadCodex(): Promise<void>;
  close(): Promise<void>;
}

export interface DemoModelsOptions {
  real: boolean;
  environment: Environment;
  home: string;
  repository: string;
}

/** Variables that hold an account for the model of an agent. */
const ACCOUNTS = { claude: ['ANTHROPIC_API_KEY'], codex: ['OPENAI_API_KEY', 'CODEX_API_KEY'] };

/** A model for each agent that has no account and is not to talk to the real one. */
export async function startDemoModels(options: DemoModelsOptions): Promise<DemoModels> {
  const codexHome = join(options.home, '.codex-scripted');
  const claude = isReal('claude', options) ? null : await startClaudeModel(options);
  const codex = isReal('codex', options) ? null : await startCodexModel(options);
  return {
    scripted: { claude: claude?.url ?? null, codex: codex && codexHome },
    leadCodex: async () => void (codex && (await createCodexHome(codexHome, codex))),
    close: async () => void (await Promise.all([claude?.close(), codex?.close()])),
  };
}

function isReal(agent: keyof typeof ACCOUNTS, { real, environment }: DemoModelsOptions): boolean {
  return real || ACCOUNTS[agent].some((name) => environment[name] !== undefined);
}

function startClaudeModel({ home, repository }: DemoModelsOptions) {
  const script = writesPlans(scriptTurns(demoTurn({ repository, tools: CLAUDE_TOOLS })));
  return startOnKeptPort(join(home, 'claude-model-port'), (port) => startScriptedModel({ script, port }));
}

function startCodexModel({ home, repository }: DemoModelsOptions) {
  const turn = demoTurn({ repository, tools: CODEX_TOOLS });
  return startOnKeptPort(join(home, 'codex-model-port'), (port) => startScriptedResponses({ turn, port }));
}

/**
 * Writes the folder in which Codex is led to the scripted model, and to nothing else. It is not the `.codex` of the home: the
 * configuration and the login there are for the real model.
 */
async function createCodexHome(folder: string, { url }: { url: string }): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, 'config.toml'), configuration(url), { mode: 0o600 });
}

function configuration(url: string): string {
  return `model = "gpt-5.5"
model_provider = "scripted"

[model_providers.scripted]
name = "Scripted"
base_url = "${url}/v1"
wire_api = "responses"

[analytics]
enabled = false

[features]
plugins = false
apps = false
`;
}

/**
 * Starts a server on the port it had the last time, so that an agent that outlived it finds it again; on any free one
 * the first time, and while the kept one is taken.
 */
async function startOnKeptPort<Server extends { url: string }>(
  file: string,
  start: (port: number) => Promise<Server>,
): Promise<Server> {
  const kept = await readPort(file);
  if (kept !== null) return start(kept).catch((error: unknown) => (isTaken(error) ? start(0) : fail(error)));
  const server = await start(0);
  await writeFile(file, `${new URL(server.url).port}\n`, { mode: 0o600 });
  return server;
}

/** Null when there is none yet, or something else than a port. */
async function readPort(file: string): Promise<number | null> {
  const port = Number(await readFile(file, 'utf8').catch(() => ''));
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : null;
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

function fail(error: unknown): never {
  throw error;
}
