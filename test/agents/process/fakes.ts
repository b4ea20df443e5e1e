/** An executor's parts, with an agent and a world of which each test says what they do. */
import { vi } from 'vitest';
import type { AgentContext, ExecutorFact } from '../../../src/agents/agent-context.ts';
import type { AgentCodec } from '../../../src/agents/codec.ts';
import { Facts } from '../../../src/agents/facts.ts';
import { createPlainLogin } from '../../../src/agents/login.ts';
import { OpenQuestions } from '../../../src/agents/open-questions.ts';
import type { Channel } from '../../../src/agents/process/channel.ts';
import { Conversation } from '../../../src/agents/process/conversation.ts';
import { ANEW, LiveProcess } from '../../../src/agents/process/live-process.ts';
import { Steering } from '../../../src/agents/process/steering.ts';
import type { Standing } from '../../../src/agents/step.ts';
import type { AgentFact, AgentSessionInput } from '../../../src/contract/facts.ts';

export const NOW = '2026-11-22T12:00:00.000Z';

/** The state is where the agent stands, as far as it is not at rest. */
export type State = Partial<Standing>;

const AT_REST: Standing = {
  activity: 'resting',
  selfDirected: false,
  sessionId: 's1',
  openTools: 0,
  toolsOpenedSince: null,
  asks: [],
};

export const WORKING: State = { activity: 'working', selfDirected: null };

/** Each command is a line of its name; each line printed is a step as JSON. */
export function codecOf(changes: Partial<AgentCodec<State>> = {}): AgentCodec {
  const codec: AgentCodec<State> = {
    provider: 'some',
    title: 'Some Agent',
    remedy: 'install it',
    launch: () => ({ args: [], env: {}, stdin: '', state: {} }),
    found: () => ({}),
    translate: (_, line) => JSON.parse(line) as { state: State },
    decide: (state) => ({ ...AT_REST, ...state }),
    prepare: (state) => ({ state, outcome: 'waiting' }),
    lines: (state, { type }) => ({ state, lines: [`${type}\n`] }),
    conclude: (state) => ({ state, said: [], outcome: { kind: 'rested' } }),
    ...changes,
  };
  return codec;
}

export function contextOf(changes: Partial<AgentContext> = {}): AgentContext {
  const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  return {
    findProgram: () => process.execPath,
    login: createPlainLogin({ PATH: '/bin' }),
    paths: { home: '/nowhere', workspaces: '/nowhere', agents: '/nowhere/agents', plans: [] },
    payloads: { write: () => Promise.resolve('a-file'), read: () => Promise.resolve('') },
    settled: () => Promise.resolve(),
    isLagging: () => false,
    reportPartial: () => undefined,
    requestTimeoutMs: 1_000,
    redact: (text) => text,
    log: log as unknown as AgentContext['log'],
    pool: { join: vi.fn(), leave: vi.fn(), work: vi.fn(), rest: vi.fn() },
    ...changes,
  };
}

export const CHAT: AgentSessionInput = {
  chatId: 'c1',
  provider: 'some',
  policy: 'ask',
  sessionId: null,
  position: null,
  turn: null,
  requests: [],
};

/** A conversation with a process that rests. */
export function converse(changes: Partial<AgentCodec<State>> = {}, world: Partial<AgentContext> = {}) {
  const [codec, context, chat] = [codecOf(changes), contextOf(world), CHAT];
  const told: AgentFact[] = [];
  const reported: ExecutorFact[] = [];
  const written: string[] = [];
  const facts = new Facts((fact) => told.push(fact), { sessionId: 's1', selfDirected: false });
  const questions = new OpenQuestions({ open: [], timeoutMs: 1_000, report: facts.report });
  const steering = new Steering({ context, facts, found: [], standing: () => null, write: () => undefined });
  const report = (fact: ExecutorFact) => void reported.push(fact);
  const broken: unknown[] = [];
  const onBroken = (error: unknown) => void broken.push(error);
  const parts = { codec, context, chat, facts, questions, steering, report, onBroken };
  const conversation = new Conversation(parts);
  const channel = {
    offset: 7,
    inputEnd: 3,
    pause: vi.fn(),
    resume: vi.fn(),
    free: vi.fn(),
    written: () => Promise.resolve(),
    write: (line: string | Buffer) => Promise.resolve(void written.push(line.toString())),
  };
  const run = { id: 'run-1', folder: '/nowhere/agents/run-1' };
  const live = new LiveProcess(
    { ...ANEW, run, configuration: null, state: {} },
    { channel: channel as unknown as Channel, isKnown: false },
  );
  live.told = AT_REST;
  conversation.process = live;
  return { ...parts, conversation, live, channel, told, reported, written, broken };
}
