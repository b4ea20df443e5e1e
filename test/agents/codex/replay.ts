import { readFileSync } from 'node:fs';
import { parseLine, type Frame } from '../../../src/agents/codex/protocol.ts';
import {
  freshState,
  rested,
  turnRequestId,
  withTurn,
  type CodexState,
} from '../../../src/agents/codex/state.ts';
import { closeItems, type Translation } from '../../../src/agents/codex/step.ts';
import { translate } from '../../../src/agents/codex/translate.ts';
import type { AgentEvent } from '../../../src/contract/agent-event.ts';
import type { TurnEnd } from '../../../src/contract/facts.ts';

interface RecordedFrame {
  /** Which server of the recording. */
  proc: number;
  dir: '<' | '>';
  frame: {
    method?: string;
    id?: number | string;
    params?: Record<string, unknown>;
    result?: Record<string, unknown>;
  };
}

export interface Replayed {
  events: AgentEvent[];
  /** Names of events in order; `-> outcome` where a turn ended, `? method` where an answer is asked for. */
  story: string[];
  ends: TurnEnd[];
  partials: AgentEvent[];
  state: CodexState;
}

export const NOW = new Date('2026-11-22T12:00:00.000Z');

/** Runs a recording through the translator as the driver would. */
export function replay(name: string): Replayed {
  const replayed: Replayed = { events: [], story: [], ends: [], partials: [], state: freshState(null) };
  let process = 0;
  for (const { proc, dir, frame } of readRecording(name)) {
    if (proc !== process) keep(replayed, bury(replayed.state));
    process = proc;
    if (dir === '>') send(replayed, frame);
    else receive(replayed, frame);
  }
  return replayed;
}

/** A frame as the server would print it. */
export function frameOf(value: object): Frame {
  const parsed = parseLine(JSON.stringify(value));
  if (parsed.kind !== 'frame') throw new Error('This is no frame.');
  return parsed.frame;
}

function readRecording(name: string): RecordedFrame[] {
  return readFileSync(new URL(`recordings/${name}.ndjson`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RecordedFrame);
}

function send(replayed: Replayed, { method, id, params }: RecordedFrame['frame']): void {
  if (method !== 'turn/start' || replayed.state.turn !== null) return;
  replayed.state = withTurn(replayed.state, {
    clientId: String(id),
    notice: null,
    planMode: isPlanning(params),
  });
}

function isPlanning(params: RecordedFrame['frame']['params']): boolean {
  return (params?.['collaborationMode'] as { mode?: string } | undefined)?.mode === 'plan';
}

function receive(replayed: Replayed, frame: RecordedFrame['frame']): void {
  const thread = frame.result?.['thread'] as { id: string } | undefined;
  if (thread !== undefined) replayed.state = { ...replayed.state, threadId: thread.id };
  const isAnswer = frame.method === undefined && frame.result?.['turn'] !== undefined;
  const named = isAnswer ? { ...frame, id: turnRequestId(String(frame.id)) } : frame;
  const translation = translate(replayed.state, frameOf(named), NOW);
  if (translation !== null) keep(replayed, translation);
}

function keep(replayed: Replayed, { state, events, end, partial, signal }: Translation): void {
  replayed.state = state;
  replayed.events.push(...events);
  replayed.story.push(...events.map(nameOf));
  if (partial !== undefined) replayed.partials.push(partial);
  if (signal?.kind === 'asked') replayed.story.push(`? ${signal.request.method}`);
  if (signal?.kind === 'planned') replayed.story.push('? plan');
  if (signal?.kind === 'planned') finish(replayed, { outcome: 'completed' });
  if (end !== undefined) finish(replayed, end);
}

function finish(replayed: Replayed, end: TurnEnd): void {
  const closed = closeItems(replayed.state, { now: NOW });
  keep(replayed, { ...closed, state: { ...closed.state, turn: null } });
  replayed.ends.push(end);
  replayed.story.push(`-> ${end.outcome}`);
}

function bury(state: CodexState): Translation {
  const { events } = closeItems(state, { now: NOW });
  return { state: rested(state), events };
}

function nameOf({ payload }: AgentEvent): string {
  const { type, name } = payload;
  return typeof name === 'string' ? `${String(type)} ${name}` : String(type);
}
