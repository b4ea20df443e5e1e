import { expect, onTestFinished } from 'vitest';
import { promptsOf as claudePrompts } from '../../src/dev/messages-request.ts';
import { createIssuer, type Issuer } from '../support/reference-issuer.ts';
import type { Issue } from '../../src/dev/reference-monolith.ts';
import { promptsOf as codexPrompts } from '../../src/dev/responses-request.ts';
import { startRecordedModel } from '../support/recorded-model.ts';
import { startRecordedResponses } from '../support/recorded-model.ts';
import { useTool, type Step } from '../../src/dev/scripted-steps.ts';
import { scriptTurns, type Turn } from '../../src/dev/turn-script.ts';
import { startApiGate, type ApiGate } from '../support/api-gate.ts';
import { startOutsideWatch } from '../support/outside-watch.ts';
import type { Environment } from '../support/engine-process.ts';
import { startWorkspace, type Workspace, type WorkspaceOptions } from '../support/workspace.ts';
import { configureCodex } from './agents/codex-support.ts';

export type Provider = 'claude' | 'codex';

export interface LoginWorkspace {
  workspace: Workspace;
  gate: ApiGate;
  issuer: Issuer;
  chatId: string;
  /** What the user said, in each request that the model was asked with. */
  prompts: () => string[][];
  /** Hosts that are not on loopback and that somebody wanted to reach. */
  hosts: readonly string[];
}

export interface LoginWorkspaceOptions {
  provider: Provider;
  turn: (issuer: Issuer) => Turn;
  /** Instead of the issuer. */
  issue?: (issuer: Issuer) => Issue;
  /** A key in the environment of the engine; it is good. */
  key?: string;
  fault?: WorkspaceOptions['fault'];
}

/** The real engine, a control plane that gives out logins, and a model that asks for one. */
export async function startLoginWorkspace(options: LoginWorkspaceOptions): Promise<LoginWorkspace> {
  const { provider, turn, key } = options;
  const issuer = await createIssuer();
  const model = await startModel(provider, turn(issuer));
  const letsIn = (credential: string) =>
    issuer.isGood(credential) || (key !== undefined && credential === key);
  const gate = await startApiGate({ target: model.url, letsIn, refusal: REFUSALS[provider] });
  onTestFinished(async () => void (await Promise.all([gate.close(), model.close()])));
  const { environment, hosts } = await startOutsideWatch();
  const issue = options.issue?.(issuer) ?? issuer[provider];
  const workspace = await startWorkspace({
    issue: { [provider]: issue },
    environment: { ...environment, ANTHROPIC_BASE_URL: gate.url, ...keyOf(provider, key) },
    prepare: (home) => configureCodex(home, gate, { login: 'requires_openai_auth = true' }),
    ...(options.fault === undefined ? {} : { fault: options.fault }),
  });
  const chatId = await workspace.client.firstChat(provider);
  return { workspace, gate, issuer, chatId, prompts: model.prompts, hosts };
}

/** Runs a command with the tool of the agent. */
export function run(provider: Provider, command: string): Step {
  return provider === 'claude'
    ? useTool('Bash', { command })
    : useTool('exec_command', { cmd: command, yield_time_ms: 60_000 });
}

/** No token that was ever issued is in what the engine printed or told. */
export function expectNoSecrets({ workspace, issuer }: LoginWorkspace, told: unknown): void {
  const text = `${workspace.engine().logs()}${JSON.stringify(told)}`;
  expect(issuer.tokens.length).toBeGreaterThan(0);
  expect(issuer.tokens.filter((token) => text.includes(token))).toEqual([]);
}

const REFUSALS = {
  claude: { type: 'error', error: { type: 'authentication_error', message: 'OAuth token has expired.' } },
  codex: { error: { message: 'The token has expired.', code: 'token_expired' } },
};

interface Model {
  url: string;
  prompts: () => string[][];
  close: () => Promise<void>;
}

async function startModel(provider: Provider, turn: Turn): Promise<Model> {
  if (provider === 'codex') {
    const model = await startRecordedResponses({ turn });
    return { url: model.url, prompts: () => model.requests.map(codexPrompts), close: () => model.close() };
  }
  const model = await startRecordedModel({ script: scriptTurns(turn) });
  return { url: model.url, prompts: () => model.messages().map(claudePrompts), close: () => model.close() };
}

function keyOf(provider: Provider, key: string | undefined): Environment {
  const keys = { claude: 'ANTHROPIC_API_KEY', codex: 'OPENAI_API_KEY' };
  return { ANTHROPIC_API_KEY: undefined, [keys[provider]]: key };
}
