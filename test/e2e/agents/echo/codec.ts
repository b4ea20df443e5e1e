/** A fourth agent, whole: what a driver has to say about one. */
import { z } from 'zod';
import type { AgentCodec, ProtocolCommand } from '../../../../src/agents/codec.ts';
import type { Conclusion, Ending, Standing, Step } from '../../../../src/agents/step.ts';

export interface EchoState {
  sessionId: string | null;
  /** The message that it works on. */
  turnId: string | null;
}

const LineSchema = z.looseObject({
  hello: z.string().optional(),
  heard: z.string().optional(),
  text: z.string().optional(),
  said: z.string().optional(),
  ended: z.string().optional(),
  how: z.enum(['completed', 'interrupted']).optional(),
  answered: z.string().optional(),
});

export const echoCodec: AgentCodec<EchoState> = {
  provider: 'echo',
  title: 'Echo',
  launch: ({ environment: env, session }) => ({
    args: [new URL('echo-agent.mjs', import.meta.url).pathname, ...(session === null ? [] : [session.id])],
    env,
    stdin: '',
    state: { sessionId: null, turnId: null },
  }),
  found: ({ sessionId, turn }) => ({ sessionId, turnId: turn?.message.turnId ?? null }),
  translate,
  decide: ({ sessionId, turnId }): Standing => ({
    activity: turnId === null ? 'resting' : 'working',
    selfDirected: turnId === null ? false : null,
    sessionId,
    openTools: 0,
    toolsOpenedSince: null,
    asks: [],
  }),
  prepare: (state, { message, text }) => {
    const { sessionId } = state;
    if (sessionId === null) return { state, outcome: 'waiting' };
    const line = toLine({ say: { id: message.turnId, text } });
    return { state, outcome: 'ready', line, sessionId, isNew: false, notice: null };
  },
  lines,
  conclude,
  remedy: 'say hello to it',
};

function translate(state: EchoState, text: string): Step<EchoState> | 'noise' {
  const { data } = LineSchema.safeParse(parseJson(text));
  if (data === undefined) return 'noise';
  const { hello, heard, said, ended, how = 'completed', answered } = data;
  if (hello !== undefined) return { state: { ...state, sessionId: hello } };
  if (answered !== undefined) return { state, isPong: true };
  if (ended !== undefined) return { state: { ...state, turnId: null }, end: { outcome: how } };
  const type = heard === undefined ? 'echo-said' : 'echo-heard';
  return { state, said: [{ type, payload: { text: said ?? data.text ?? '' } }] };
}

function lines(state: EchoState, command: ProtocolCommand): Step<EchoState> {
  switch (command.type) {
    case 'give':
      return { state: { ...state, turnId: command.message.turnId } };
    case 'interrupt':
      return { state, lines: [toLine({ stop: true })] };
    case 'ping':
      return { state, lines: [toLine({ ask: 'there?' })] };
    default:
      return { state };
  }
}

function conclude(state: EchoState, { isFound, isAsked, isWritten }: Ending): Conclusion<EchoState> {
  const rested = { state: { ...state, turnId: null }, said: [] };
  if (state.turnId === null) return { ...rested, outcome: { kind: 'rested' } };
  if (!isFound || isAsked) return { ...rested, outcome: { kind: 'cutOff' } };
  const outcome = isWritten
    ? ({ kind: 'ended', end: { outcome: 'lost' } } as const)
    : ({ kind: 'again' } as const);
  return { ...rested, outcome };
}

function toLine(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
