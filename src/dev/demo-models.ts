import { join } from 'node:path';
import { createCodexHome } from './codex-home.ts';
import { demoTurn } from './demo-script.ts';
import { CLAUDE_TOOLS, CODEX_TOOLS } from './demo-tools.ts';
import type { Environment, ScriptedModels } from './dev-environment.ts';
import { startOnKeptPort } from './kept-port.ts';
import { startScriptedModel } from './scripted-model.ts';
import { startScriptedResponses } from './scripted-responses.ts';
import { scriptTurns } from './turn-script.ts';

export interface DemoModels {
  scripted: ScriptedModels;
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
  const { home } = options;
  const claude = isReal('claude', options) ? null : await startClaudeModel(options);
  const codex = isReal('codex', options) ? null : await startCodexModel(options);
  return {
    scripted: {
      claude: claude?.url ?? null,
      codex: codex === null ? null : await createCodexHome(home, codex),
    },
    close: async () => void (await Promise.all([claude?.close(), codex?.close()])),
  };
}

function isReal(agent: keyof typeof ACCOUNTS, { real, environment }: DemoModelsOptions): boolean {
  return real || ACCOUNTS[agent].some((name) => environment[name] !== undefined);
}

function startClaudeModel({ home, repository }: DemoModelsOptions) {
  const script = scriptTurns(demoTurn({ repository, tools: CLAUDE_TOOLS }));
  return startOnKeptPort(join(home, 'claude-model-port'), (port) => startScriptedModel({ script, port }));
}

function startCodexModel({ home, repository }: DemoModelsOptions) {
  const turn = demoTurn({ repository, tools: CODEX_TOOLS });
  return startOnKeptPort(join(home, 'codex-model-port'), (port) => startScriptedResponses({ turn, port }));
}
