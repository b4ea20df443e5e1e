import { onTestFinished } from 'vitest';
import { startRecordedResponses, type RecordedResponses } from '../../support/recorded-model.ts';
import { useTool, type Step } from '../../../src/dev/scripted-steps.ts';
import { scriptTurns, type Turn } from '../../../src/dev/turn-script.ts';
import { processesRunning } from '../../support/agent-processes.ts';
import type { Environment } from '../../support/engine-process.ts';
import { echo } from '../../support/scripted-turns.ts';
import { startWorkspace, type Workspace } from '../../support/workspace.ts';
import { ACP_ADAPTER, adapterEnvironment } from './acp-support.ts';
import { configureCodex } from './codex-support.ts';

export const PROVIDERS = ['claude', 'codex', 'claude-acp'] as const;
type Provider = (typeof PROVIDERS)[number];

const PROGRAMS: Record<Provider, string> = { claude: 'claude', codex: 'codex', 'claude-acp': 'node' };

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

/** So many chats, of these agents in turn. */
export async function createChats(
  client: Workspace['client'],
  count: number,
  providers: readonly string[] = PROVIDERS,
): Promise<string[]> {
  const chats: string[] = [];
  for (let index = 0; index < count; index += 1) {
    chats.push(await createChat(client, providers[index % providers.length]!));
  }
  return chats;
}

/** The processes of this agent itself. */
export function processesOf(provider: Provider, home: string) {
  return processesRunning(PROGRAMS[provider], home);
}
