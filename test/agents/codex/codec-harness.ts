import { createCodexCodec } from '../../../src/agents/codex/codec.ts';
import type { CodexState } from '../../../src/agents/codex/state.ts';
import type { KnownSession, Launching, ProtocolCommand } from '../../../src/agents/codec.ts';
import type { Preparation, Standing, Step } from '../../../src/agents/step.ts';
import type { QueuedMessage } from '../../../src/contract/records.ts';
import { newMessage } from '../claude/stand-in.ts';
import { MOMENT, stepOf } from './replay.ts';

export const codec = createCodexCodec({
  workspaces: '/w',
  plans: [{ source: 'replicas', folder: '/plans' }],
} as never);

/** A session that lies there as it was left. */
export const SESSION: KnownSession = {
  id: 'thread-1',
  file: 'there',
  reason: '',
  notice: null,
  wasUsed: true,
};

/** A server that is driven by hand: what was written to it, and what came of what it printed. */
export class Driven {
  state: CodexState;
  readonly written: string[] = [];
  readonly ends: unknown[] = [];
  readonly gaps: unknown[] = [];
  /** What was said, without what it is called. */
  readonly events: unknown[] = [];
  readonly steered: unknown[] = [];
  refusals = 0;

  constructor(state: CodexState) {
    this.state = state;
  }

  /** The method of each line that was written since the last look, with its id. */
  look(): string[] {
    return this.written.splice(0).map((line) => {
      const { id, method, error } = JSON.parse(line) as { id: string; method?: string; error?: unknown };
      return method === undefined ? `${error === undefined ? 'answer' : 'refusal'} ${id}` : `${method} ${id}`;
    });
  }

  say(command: ProtocolCommand): this {
    return this.#take(codec.lines(this.state, command, MOMENT));
  }

  print(...frames: object[]): this {
    for (const frame of frames) this.#take(stepOf(this.state, frame));
    return this;
  }

  prepare(message: QueuedMessage = newMessage('hello')): Preparation<CodexState> {
    const { content } = message;
    const text = content.kind === 'inline' ? content.text : 'hello';
    const prepared = codec.prepare(this.state, { message, text, images: [] }, MOMENT);
    this.#take(prepared);
    return prepared;
  }

  get standing(): Standing {
    return codec.decide(this.state, { policy: 'ask', isInterrupted: false });
  }

  #take({ state, lines = [], said = [], steered = [], end, isLoginRefused }: Step<CodexState>): this {
    this.state = state;
    this.written.push(...lines);
    this.gaps.push(
      ...said.filter(({ type }) => type === 'session-gap').map(({ payload }) => payload['message']),
    );
    this.events.push(...said.map(({ payload }) => payload));
    this.steered.push(...steered);
    if (end !== undefined) this.ends.push(end);
    if (isLoginRefused === true) this.refusals += 1;
    return this;
  }
}

export function launched(changes: Partial<Launching<CodexState>> = {}): Driven {
  const { state } = codec.launch({ ...LAUNCHING, ...changes });
  return new Driven(state);
}

export const LAUNCHING: Launching<CodexState> = {
  runId: 'run-1',
  chatId: 'chat-1',
  policy: 'ask',
  message: newMessage('hello'),
  session: null,
  systemPrompt: undefined,
  environment: { PATH: '/bin' },
  tokens: null,
  home: '/home/someone',
  folder: '/runs/run-1',
  before: null,
};

export const GREETED = { id: 'initialize', result: {} };

export function opened(id: string, threadId: string, model = 'gpt') {
  return { id, result: { thread: { id: threadId, path: `/sessions/${threadId}.jsonl` }, model } };
}

/** A server whose thread is open and that was given a message. */
export function working(message: QueuedMessage = newMessage('hello', { turnId: 'c1' })): Driven {
  const driven = launched().print(GREETED);
  driven.prepare(message);
  driven.print(opened('thread', 'thread-1'));
  const prepared = driven.prepare(message);
  if (prepared.outcome !== 'ready') throw new Error('It is not ready.');
  const delivery = {
    runId: 'run-1',
    sessionId: 'thread-1',
    notice: null,
    note: prepared.note ?? {},
  } as never;
  driven.say({ type: 'give', message, delivery, line: prepared.line });
  driven.print(
    { id: 'turn-c1', result: { turn: { id: 't1' } } },
    { method: 'turn/started', params: { threadId: 'thread-1', turn: { id: 't1' } } },
  );
  driven.look();
  return driven;
}

export function turnCompleted(turn: object) {
  const params = { threadId: 'thread-1', turn: { id: 't1', status: 'completed', ...turn } };
  return { method: 'turn/completed', params };
}
