import { onTestFinished } from 'vitest';
import { promptsOf } from '../../src/dev/messages-request.ts';
import type { Issue } from '../../src/dev/reference-monolith.ts';
import { startRecordedModel } from '../support/recorded-model.ts';
import { scriptTurns, type Turn } from '../../src/dev/turn-script.ts';
import { startApiGate, type ApiGate } from '../support/api-gate.ts';
import type { AwsKeys } from '../support/aws-signature.ts';
import { startBedrockGate, type BedrockGate } from '../support/bedrock-gate.ts';
import { startOutsideWatch } from '../support/outside-watch.ts';
import { echo } from '../support/scripted-turns.ts';
import { startWorkspace, type Workspace, type WorkspaceOptions } from '../support/workspace.ts';

export interface BedrockWorkspace {
  workspace: Workspace;
  /** The API of Anthropic, which takes no login. */
  anthropic: ApiGate;
  bedrock: BedrockGate;
  /** What the user said, in each request that the model was asked with. */
  prompts: () => string[][];
  /** Hosts that are not on loopback and that somebody wanted to reach. */
  hosts: readonly string[];
}

export interface BedrockWorkspaceOptions {
  /** The keys that Bedrock takes at this moment. */
  keys: () => AwsKeys;
  issue: Issue;
  turn?: Turn;
  /** A key for the API of Anthropic in the environment of the engine. */
  key?: string;
  prepare?: NonNullable<WorkspaceOptions['prepare']>;
}

/** The real engine and the real Claude Code, with a model that is to be had through Bedrock only. */
export async function startBedrockWorkspace(options: BedrockWorkspaceOptions): Promise<BedrockWorkspace> {
  const { keys, issue, turn = echo, key, prepare } = options;
  const model = await startRecordedModel({ script: scriptTurns(turn) });
  const anthropic = await startApiGate({ target: model.url, letsIn: () => false, refusal: REFUSAL });
  onTestFinished(async () => void (await Promise.all([anthropic.close(), model.close()])));
  const bedrock = await startBedrockGate({ target: model.url, keys });
  const { environment, hosts } = await startOutsideWatch();
  const workspace = await startWorkspace({
    issue: { claude: issue },
    environment: {
      ...environment,
      ANTHROPIC_API_KEY: key,
      ANTHROPIC_BASE_URL: anthropic.url,
      ANTHROPIC_BEDROCK_BASE_URL: bedrock.url,
    },
    ...(prepare === undefined ? {} : { prepare }),
  });
  return { workspace, anthropic, bedrock, prompts: () => model.messages().map(promptsOf), hosts };
}

const REFUSAL = { type: 'error', error: { type: 'authentication_error', message: 'invalid x-api-key' } };

/** Keys as AWS gives them out for an hour, told apart by a number. */
export function awsKeys(number: number): AwsKeys {
  return {
    AWS_ACCESS_KEY_ID: `ASIASCRIPTEDKEYS000${number}`,
    AWS_SECRET_ACCESS_KEY: `secret+access/key-of-the-scripts-${number}`,
    AWS_SESSION_TOKEN: `session-token-of-the-scripts-${number}`,
    AWS_REGION: 'eu-central-1',
  };
}

/** What Claude Code needs to use these keys. */
export function bedrockEnv(keys: AwsKeys): Record<string, string> {
  return { CLAUDE_CODE_USE_BEDROCK: '1', ...keys };
}

/** A login as the control plane gives it out. */
export function bedrockLogin(keys: AwsKeys): object {
  return { type: 'bedrock', env: bedrockEnv(keys) };
}
