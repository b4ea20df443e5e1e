import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { DriverOptions } from '../../../src/agents/agent-context.ts';
import { createDriver } from '../../../src/agents/agent.ts';
import { createCodexCodec } from '../../../src/agents/codex/codec.ts';
import { createPlainLogin } from '../../../src/agents/login.ts';
import type { Policy } from '../../../src/contract/chats.ts';
import type { AgentFact } from '../../../src/contract/facts.ts';
import { findTestedAgents } from '../../support/tested-agents.ts';
import { type RecordedResponses, startRecordedResponses } from '../../support/recorded-model.ts';
import type { Turn } from '../../../src/dev/turn-script.ts';
import {
  createChat,
  createStage,
  deliveriesOf,
  eventsOf,
  type TestChat,
} from '../../agents/claude/stand-in.ts';
import { agentProcesses } from '../../support/agent-processes.ts';

export interface CodexChat extends TestChat {
  readonly model: RecordedResponses;
}

export interface CodexChatsOptions extends Partial<DriverOptions> {
  command?: string | null;
  turn: Turn;
  policy?: Policy;
  /** Lines to be added to Codex's configuration. */
  configuration?: readonly string[];
  /** How many chats share the driver. */
  count?: number;
  /** An API that asks for a login, in front of the model. */
  front?: (model: RecordedResponses) => Promise<{ url: string }>;
}

/** A chat with the real Codex and a scripted model. */
export async function openCodexChat(options: CodexChatsOptions): Promise<CodexChat> {
  const [chat] = await openCodexChats({ ...options, count: 1 });
  return chat!;
}

/** Chats of one engine. */
export async function openCodexChats({
  turn,
  command = findTestedAgents().codex,
  policy = 'bypass',
  configuration = [],
  count = 2,
  front,
  ...overrides
}: CodexChatsOptions): Promise<CodexChat[]> {
  const model = await startRecordedResponses({ turn });
  onTestFinished(() => model.close());
  const { options, ...stage } = await createStage({
    findProgram: () => command,
    login: createPlainLogin({ PATH: process.env['PATH'] ?? '', SCRIPTED_KEY: 'sk-scripted' }),
    ...overrides,
  });
  const login = front && 'requires_openai_auth = true';
  await configureCodex(stage.home, (await front?.(model)) ?? model, { login, more: configuration });
  const driver = createDriver(createCodexCodec(options.paths), options);
  const parts = { ...stage, createDriver: () => driver, policy };
  return Array.from({ length: count }, () => ({ ...createChat(parts), model }));
}

/** Sends a signal to the server of the chat, not to what is around it. */
export async function signalServer(chat: CodexChat, signal: NodeJS.Signals): Promise<void> {
  const { runId } = deliveriesOf(chat).at(-1)!;
  const processes = await agentProcesses(chat.home);
  const server = processes.find((one) => one.program === 'codex' && one.runId === runId);
  process.kill(server!.pid, signal);
}

/** The texts that the agent said, in order. */
export function codexTextsOf(facts: AgentFact[]): string[] {
  return eventsOf(facts, 'response_item')
    .filter(({ payload }) => payload['type'] === 'message')
    .flatMap(({ payload }) => (payload as { content: { text: string }[] }).content.map(({ text }) => text));
}

interface CodexConfiguration {
  login?: string | undefined;
  more?: readonly string[];
}

/** Leads the Codex of this home to the scripted model; the key is in `SCRIPTED_KEY`. */
export async function configureCodex(
  home: string,
  { url }: { url: string },
  { login = 'env_key = "SCRIPTED_KEY"', more = [] }: CodexConfiguration = {},
): Promise<void> {
  const folder = join(home, '.codex');
  await mkdir(folder, { recursive: true });
  const lines = [
    'model = "gpt-5.5"',
    'model_provider = "scripted"',
    '[analytics]',
    'enabled = false',
    '[model_providers.scripted]',
    'name = "scripted"',
    `base_url = "${url}/v1"`,
    'wire_api = "responses"',
    login,
    'request_max_retries = 1',
    'stream_max_retries = 1',
    '[features]',
    'plugins = false',
    'apps = false',
    ...more,
  ];
  await writeFile(join(folder, 'config.toml'), `${lines.join('\n')}\n`);
}
