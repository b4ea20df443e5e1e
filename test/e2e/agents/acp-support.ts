import { createRequire } from 'node:module';
import { onTestFinished } from 'vitest';
import { type AcpAgentName, createAcpCodec } from '../../../src/agents/acp/codec.ts';
import type { DriverOptions } from '../../../src/agents/agent-context.ts';
import { createDriver as createAgentDriver } from '../../../src/agents/agent.ts';
import { createPlainLogin } from '../../../src/agents/login.ts';
import type { Policy } from '../../../src/contract/chats.ts';
import type { AgentFact } from '../../../src/contract/facts.ts';
import { findTestedAgents } from '../../support/tested-agents.ts';
import { type Script } from '../../../src/dev/scripted-model.ts';
import { type RecordedModel, startRecordedModel } from '../../support/recorded-model.ts';
import { createChat, createStage, eventsOf, type TestChat } from '../../agents/claude/stand-in.ts';

type AcpDriverOptions = DriverOptions & AcpAgentName;

export interface AcpChat extends TestChat {
  readonly model: RecordedModel;
}

export interface AcpChatOptions extends Partial<AcpDriverOptions> {
  script: Script;
  policy?: Policy;
}

/** The agent that the tests drive through the protocol: Claude Code behind its adapter from npm. */
export const ACP_ADAPTER = createRequire(import.meta.url).resolve(
  '@agentclientprotocol/claude-agent-acp/dist/index.js',
);

/** An agent of ours that does what no agent should; `abilities` are what it offers all the same. */
export function openFaultyChat(
  abilities: readonly ('load' | 'resume' | 'plan')[] = [],
  overrides: Partial<AcpDriverOptions> & { policy?: Policy } = {},
): Promise<TestChat> {
  const args = [new URL('faulty-acp-agent.mjs', import.meta.url).pathname, ...abilities];
  const login = createPlainLogin({ PATH: process.env['PATH'] ?? '' });
  return openChat({ args, login, provider: 'faulty', title: 'Faulty', ...overrides });
}

/** A chat with a real ACP agent and a scripted model. */
export async function openAcpChat({ script, ...options }: AcpChatOptions): Promise<AcpChat> {
  const model = await startRecordedModel({ script });
  onTestFinished(() => model.close());
  const login = createPlainLogin(adapterEnvironment(model));
  const chat = await openChat({
    args: [ACP_ADAPTER],
    login,
    provider: 'claude-acp',
    title: 'Claude Agent',
    ...options,
  });
  return { ...chat, model };
}

type Given = Pick<AcpDriverOptions, 'args' | 'login' | 'provider' | 'title'>;

async function openChat({
  policy = 'bypass',
  command = process.execPath,
  ...given
}: Given & Partial<AcpDriverOptions> & { policy?: Policy }): Promise<TestChat> {
  const { options: shared, ...stage } = await createStage({ findProgram: () => command, ...given });
  const options = { command, ...given, ...shared };
  const codec = createAcpCodec(options, {
    folder: options.paths.workspaces,
    systemPrompt: options.systemPrompt,
  });
  return createChat({ ...stage, createDriver: () => createAgentDriver(codec, options), policy });
}

/** Leads the adapter to the scripted model, and to the Claude Code of this repository. */
export function adapterEnvironment({ url }: Pick<RecordedModel, 'url'>): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: 'sk-ant-dummy',
    CLAUDE_CODE_MAX_RETRIES: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    CLAUDE_CODE_EXECUTABLE: findTestedAgents().claude ?? '',
  };
}

/** The texts of whole messages of one kind, in order. */
export function acpTextsOf(facts: AgentFact[], type = 'acp-agent_message'): string[] {
  return eventsOf(facts, type).map(({ payload }) =>
    (payload['content'] as { text?: string }[]).map(({ text }) => text ?? '').join(''),
  );
}
