import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { findTestedAgents } from '../../support/tested-agents.ts';
import type { DriverOptions } from '../../../src/agents/agent-context.ts';
import type { Policy } from '../../../src/contract/chats.ts';
import type { AgentFact } from '../../../src/contract/facts.ts';
import type { QueuedMessage } from '../../../src/contract/records.ts';
import { promptsOf, type MessagesRequest } from '../../../src/dev/messages-request.ts';
import { say, useTool, type Step } from '../../../src/dev/scripted-steps.ts';
import { scriptTurns, type Turn } from '../../../src/dev/turn-script.ts';
import { writesPlans } from '../../../src/dev/writes-plans.ts';
import { eventsOf, textsOf, type TestChat } from '../../agents/claude/stand-in.ts';
import { acpTextsOf, openAcpChat } from './acp-support.ts';
import { codexTextsOf, openCodexChat } from './codex-support.ts';
import { openChat } from './support.ts';

/** What the model was asked with. */
export interface Asked {
  model: string;
  effort: unknown;
  /** The whole request. */
  request: unknown;
}

export interface ChatUnderTest extends TestChat {
  /** What the model was asked so far, but for questions that the agent has of its own. */
  asked: () => Asked[];
  /** Says something in the session of the chat with the agent's own CLI, as people do in the workspace. */
  sayByHand?: (text: string) => Promise<void>;
}

export type ChatOptions = { turn: Turn; policy?: Policy; command?: string } & Pick<
  Partial<DriverOptions>,
  'idleMs' | 'processesMax'
>;

/** What an agent may be excused from. */
export type Excuse =
  | 'goal'
  | 'fast'
  | 'mcp'
  | 'planWords'
  | 'planEdits'
  | 'steer'
  | 'context'
  | 'cost'
  | 'usageAsItGoes'
  | 'waits'
  | 'byHand'
  | 'tasks';

/** An agent as the conformance suite knows it: the real program, with a scripted model. */
export interface AgentUnderTest {
  name: string;
  /** The file name of its program. */
  program: string;
  /** What it cannot do, each with the reason. The page about agents says so. */
  lacks: Partial<Record<Excuse, string>>;
  /** A model that is not its default. */
  otherModel: string;
  /** The highest and the default effort, in its own words. */
  efforts: { highest: string; standard: string };
  open: (options: ChatOptions) => Promise<ChatUnderTest>;
  /** Runs a shell command with the agent's own tool and waits for its end. */
  run: (command: string) => Step;
  /** Begins a shell command that goes on beside the turn. */
  leave: (command: string) => Step;
  /** How often the model fails before the agent says that it is asked again. */
  failuresUntilTold: number;
  /** Proposes a plan, as the agent does in plan mode. */
  propose: (plan: string) => Step;
  /** Asks the user something; `tool` is what the request is called by, `options` are those of a message in which it may. */
  asking: {
    tool: string;
    step: (question: Readonly<Record<string, unknown>>) => Step;
    options?: Partial<QueuedMessage>;
  };
  /** What its model answers, one after the other, until a goal is reached; it says "First." and "Second." on the way. */
  pursuit: readonly Step[];
  /** The tier that the model was asked for. */
  tierOf: (asked: Asked) => unknown;
  /** Where a skill of a home lies. */
  skillsFolder: string;
  /** Gives the agents of a home an MCP server. */
  addServer?: (home: string, server: { name: string; command: string; args: string[] }) => Promise<void>;
  /** What the agent said, in order. */
  saidIn: (facts: AgentFact[]) => string[];
  /** What the user said, as it stands in history, in order. */
  promptsIn: (facts: AgentFact[]) => string[];
}

const claude: AgentUnderTest = {
  name: 'Claude Code',
  program: 'claude',
  lacks: { steer: 'it would be folded into the turn only between tools' },
  otherModel: 'claude-haiku-5-5',
  efforts: { highest: 'max', standard: 'high' },
  async open({ turn, ...options }) {
    const chat = await openChat({ script: writesPlans(scriptTurns(turn)), ...options });
    const sayByHand = async (text: string) => {
      const env = { IS_SANDBOX: '1', ANTHROPIC_BASE_URL: chat.model.url, ANTHROPIC_API_KEY: 'sk-ant-dummy' };
      const args = ['-p', `--resume=${chat.record.sessionId}`, text];
      await runByHand(chat, { program: findTestedAgents().claude, args, env });
    };
    return { ...chat, asked: () => questionsIn(chat.model.messages()), sayByHand };
  },
  run: (command) => useTool('Bash', { command }),
  leave: (command) => useTool('Bash', { command, run_in_background: true }),
  failuresUntilTold: 1,
  propose: (plan) => useTool('ExitPlanMode', { plan }),
  asking: { tool: 'AskUserQuestion', step: asksUser },
  pursuit: [say('First.'), judges(false), say('Second.'), judges(true)],
  tierOf: ({ request }) => (request as MessagesRequest)['speed'],
  skillsFolder: '.claude/skills',
  addServer: (home, { name, ...server }) =>
    writeFile(join(home, '.claude.json'), JSON.stringify({ mcpServers: { [name]: server } })),
  saidIn: textsOf,
  promptsIn: (facts) =>
    eventsOf(facts, 'claude-user')
      .filter(({ payload }) => payload['isReplay'] === true)
      .map(({ payload }) => textIn((payload['message'] as { content: unknown }).content)),
};

const codex: AgentUnderTest = {
  name: 'Codex',
  program: 'codex',
  lacks: { cost: 'it does not say' },
  otherModel: 'gpt-5.4',
  efforts: { highest: 'xhigh', standard: 'medium' },
  async open(options) {
    const chat = await openCodexChat(options);
    const asked = () =>
      chat.model.requests.map((request) => ({
        model: request.model,
        effort: (request['reasoning'] as { effort?: string } | undefined)?.effort,
        request,
      }));
    const sayByHand = async (text: string) => {
      const settings = ['--dangerously-bypass-approvals-and-sandbox', '--skip-git-repo-check'];
      const args = ['exec', ...settings, 'resume', String(chat.record.sessionId), text];
      const env = { SCRIPTED_KEY: 'sk-scripted' };
      await runByHand(chat, { program: findTestedAgents().codex, args, env });
    };
    return { ...chat, asked, sayByHand };
  },
  run: (command) => useTool('exec_command', { cmd: command, yield_time_ms: 60_000 }),
  leave: (command) => useTool('exec_command', { cmd: command, yield_time_ms: 250 }),
  failuresUntilTold: 2,
  propose: (plan) => say(`<proposed_plan>\n${plan}\n</proposed_plan>`),
  asking: {
    tool: 'request_user_input',
    step: (question) => useTool('request_user_input', { questions: [{ id: 'which', ...question }] }),
    options: { planMode: true },
  },
  pursuit: [say('First.'), say('Second.'), useTool('update_goal', { status: 'complete' }), say('Reached.')],
  tierOf: ({ request }) => (request as Record<string, unknown>)['service_tier'],
  skillsFolder: '.codex/skills',
  async addServer(home, { name, command, args }) {
    const lines = [
      `[mcp_servers.${name}]`,
      `command = ${JSON.stringify(command)}`,
      `args = ${JSON.stringify(args)}`,
    ];
    await appendFile(join(home, '.codex/config.toml'), `${lines.join('\n')}\n`);
  },
  saidIn: codexTextsOf,
  promptsIn: (facts) =>
    eventsOf(facts, 'event_msg')
      .filter(({ payload }) => payload['type'] === 'user_message')
      .map(({ payload }) => String(payload['message'])),
};

/** Claude Code behind its adapter for the Agent Client Protocol. */
const acp: AgentUnderTest = {
  name: 'ACP',
  program: 'node',
  lacks: {
    goal: 'the protocol does not offer it',
    fast: 'the protocol does not offer it',
    mcp: 'the protocol does not offer it',
    planWords: 'the protocol carries no words with a decision',
    planEdits: 'the protocol carries no plan with a decision',
    steer: 'the protocol does not offer it',
    usageAsItGoes: 'tokens are told with the end of a turn',
    waits: 'it is not read from the protocol',
    byHand: 'the protocol does not say where a session is kept',
    tasks: 'the protocol does not tell of it',
  },
  otherModel: 'claude-haiku-5-5',
  efforts: { highest: 'max', standard: 'medium' },
  async open({ turn, ...options }) {
    const chat = await openAcpChat({ script: writesPlans(scriptTurns(turn)), ...options });
    return { ...chat, asked: () => questionsIn(chat.model.messages()) };
  },
  run: (command) => useTool('Bash', { command }),
  leave: (command) => useTool('Bash', { command, run_in_background: true }),
  failuresUntilTold: 1,
  propose: (plan) => useTool('ExitPlanMode', { plan }),
  asking: { tool: 'elicitation', step: asksUser },
  pursuit: [],
  tierOf: () => undefined,
  skillsFolder: '.claude/skills',
  saidIn: (facts) => acpTextsOf(facts),
  promptsIn: (facts) => acpTextsOf(facts, 'acp-user_message'),
};

/** Puts a skill where the agent finds it. */
export async function addSkill(
  { skillsFolder }: Pick<AgentUnderTest, 'skillsFolder'>,
  home: string,
  { name, text }: { name: string; text: string },
): Promise<void> {
  const file = join(home, skillsFolder, name, 'SKILL.md');
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `---\nname: ${name}\ndescription: Greets people.\n---\n${text}\n`);
}

export const AGENTS: readonly AgentUnderTest[] = [claude, codex, acp];

function asksUser(question: Readonly<Record<string, unknown>>): Step {
  return useTool('AskUserQuestion', { questions: [{ multiSelect: false, ...question }] });
}

/** What a model says that judges whether a goal is reached. */
function judges(ok: boolean): Step {
  return say(JSON.stringify({ ok, reason: 'as the script has it' }));
}

/** What Claude Code asked its model, but for what it asks of its own. */
function questionsIn(requests: readonly MessagesRequest[]): Asked[] {
  return requests
    .filter((request) => request['max_tokens'] !== 1 && promptsOf(request).length > 0)
    .map((request) => ({
      model: request.model,
      effort: (request['output_config'] as { effort?: string } | undefined)?.effort,
      request,
    }));
}

async function runByHand(
  { home }: TestChat,
  { program, args, env }: { program: string | null; args: string[]; env: Record<string, string> },
): Promise<void> {
  const variables = { PATH: process.env['PATH'] ?? '', HOME: home, ...env };
  const cwd = join(home, 'workspaces');
  await execa(program ?? '', args, {
    cwd,
    env: variables,
    extendEnv: false,
    stdin: 'ignore',
    timeout: 60_000,
  });
}

/** What a message says, by its blocks. */
export function textIn(content: unknown): string {
  return (content as { text?: string }[]).map(({ text }) => text ?? '').join('');
}
