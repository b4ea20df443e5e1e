import { onTestFinished } from 'vitest';
import { startRecordedResponses, type RecordedResponses } from '../../support/recorded-model.ts';
import { useTool, type Step } from '../../../src/dev/scripted-steps.ts';
import { scriptTurns, type Turn } from '../../../src/dev/turn-script.ts';
import type { Environment } from '../../support/engine-process.ts';
import { echo } from '../../support/scripted-turns.ts';
import { startWorkspace, type Workspace } from '../../support/workspace.ts';
import { ACP_ADAPTER, adapterEnvironment } from './acp-support.ts';
import { configureCodex } from './codex-support.ts';

export const PROVIDERS = ['claude', 'codex', 'claude-acp'] as const;

export interface MixedWorkspace extends Workspace {
  /** The model of Codex; `model` is that of the others. */
  readonly responses: RecordedResponses;
}

export interface MixedWorkspaceOptions {
  /** What the models do, given how their agent runs a command. */
  turn?: (run: (command: string) => Step) => Turn;
  environment?: Environment;
  /** Lines to be added to Codex's configuration. */
  configuration?: readonly string[];
}

/** The real engine with three real agents, whose models do the same. */
export async function startMixedWorkspace({
  turn = () => echo,
  environment = {},
  configuration = [],
}: MixedWorkspaceOptions = {}): Promise<MixedWorkspace> {
  const responses = await startRecordedResponses({
    turn: turn((cmd) => useTool('exec_command', { cmd, yield_time_ms: 60_000 })),
  });
  onTestFinished(() => responses.close());
  const agents = { 'claude-acp': { command: process.execPath, args: [ACP_ADAPTER] } };
  const workspace = await startWorkspace({
    script: scriptTurns(turn((command) => useTool('Bash', { command }))),
    environment: {
      SCRIPTED_KEY: 'sk-scripted',
      CLAUDE_CODE_EXECUTABLE: adapterEnvironment({ url: '' })['CLAUDE_CODE_EXECUTABLE'],
      ACP_AGENTS: JSON.stringify(agents),
      ...environment,
    },
  });
  await configureCodex(workspace.home, responses, { more: configuration });
  return { ...workspace, responses };
}

export async function createChat(client: Workspace['client'], provider: string): Promise<string> {
  const { body } = await client.post<{ chat: { id: string } }>('/chats', { provider });
  return body.chat.id;
}
