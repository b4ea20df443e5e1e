import type { DriverOptions } from '../../../src/agents/agent-context.ts';
import type { Policy } from '../../../src/contract/chats.ts';
import type { AgentFact } from '../../../src/contract/facts.ts';
import { promptsOf } from '../../../src/dev/messages-request.ts';
import { say, useTool, type Step } from '../../../src/dev/scripted-steps.ts';
import { scriptTurns, type Turn } from '../../../src/dev/turn-script.ts';
import { eventsOf, textsOf, type TestChat } from '../../agents/claude/stand-in.ts';
import { writesPlans } from '../../support/scripted-turns.ts';
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
}

export type ChatOptions = { turn: Turn; policy?: Policy; command?: string } & Pick<
  Partial<DriverOptions>,
  'idleMs'
>;

/** An agent as the conformance suite knows it: the real program, with a scripted model. */
export interface AgentUnderTest {
  name: string;
  /** The file name of its program. */
  program: string;
  /** A model that is not its default. */
  otherModel: string;
  /** The highest and the default effort, in its own words. */
  efforts: { highest: string; standard: string };
  open: (options: ChatOptions) => Promise<ChatUnderTest>;
  /** Runs a shell command with the agent's own tool and waits for its end. */
  run: (command: string) => Step;
  /** Whether a message can be said into a turn that runs. */
  canSteer: boolean;
  /** Proposes a plan, as the agent does in plan mode. */
  propose: (plan: string) => Step;
  /** What the agent said, in order. */
  saidIn: (facts: AgentFact[]) => string[];
  /** What the user said, as it stands in history, in order. */
  promptsIn: (facts: AgentFact[]) => string[];
}

const claude: AgentUnderTest = {
  name: 'Claude Code',
  program: 'claude',
  otherModel: 'claude-haiku-5-5',
  efforts: { highest: 'max', standard: 'high' },
  async open({ turn, ...options }) {
    const chat = await openChat({ script: writesPlans(scriptTurns(turn)), ...options });
    const asked = () =>
      chat.model
        .messages()
        .filter((request) => request['max_tokens'] !== 1 && promptsOf(request).length > 0)
        .map((request) => ({
          model: request.model,
          effort: (request['output_config'] as { effort?: string } | undefined)?.effort,
          request,
        }));
    return { ...chat, asked };
  },
  run: (command) => useTool('Bash', { command }),
  canSteer: false,
  propose: (plan) => useTool('ExitPlanMode', { plan }),
  saidIn: textsOf,
  promptsIn: (facts) =>
    eventsOf(facts, 'claude-user')
      .filter(({ payload }) => payload['isReplay'] === true)
      .map(({ payload }) => textIn((payload['message'] as { content: unknown }).content)),
};

const codex: AgentUnderTest = {
  name: 'Codex',
  program: 'codex',
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
    return { ...chat, asked };
  },
  run: (command) => useTool('exec_command', { cmd: command, yield_time_ms: 60_000 }),
  canSteer: true,
  propose: (plan) => say(`<proposed_plan>\n${plan}\n</proposed_plan>`),
  saidIn: codexTextsOf,
  promptsIn: (facts) =>
    eventsOf(facts, 'event_msg')
      .filter(({ payload }) => payload['type'] === 'user_message')
      .map(({ payload }) => String(payload['message'])),
};

export const AGENTS: readonly AgentUnderTest[] = [claude, codex];

function textIn(content: unknown): string {
  if (typeof content === 'string') return content;
  return (content as { text?: string }[]).map(({ text }) => text ?? '').join('');
}
