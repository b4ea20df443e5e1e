import { readFileSync } from 'node:fs';
import { conclude, decide } from '../../../src/agents/codex/decide.ts';
import { lines } from '../../../src/agents/codex/lines.ts';
import { type CodexState, freshState, withTurn } from '../../../src/agents/codex/state.ts';
import { translate } from '../../../src/agents/codex/translate.ts';
import { turnRequestId } from '../../../src/agents/json-rpc.ts';
import type { Moment, Step } from '../../../src/agents/step.ts';
import type { AgentEvent } from '../../../src/contract/agent-event.ts';
import { timed } from '../../../src/agents/facts.ts';
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
export const MOMENT: Moment = {
  now: NOW,
  runId: 'run-1',
  policy: 'ask',
  openedAt: NOW.getTime(),
};

/** A thread that is open and rests. */
export function openState(threadId: string | null): CodexState {
  return { ...freshState(threadId), opening: { step: 'open' } };
}

/** What a frame of the server comes to. */
export function stepOf(state: CodexState, frame: object): Step<CodexState> {
  const step = translate(state, JSON.stringify(frame), MOMENT);
  if (typeof step === 'string') throw new Error('This is no frame.');
  return step;
}

/** Runs a recording through the codec; whatever the end of a turn waits for is not answered. */
export function replay(name: string): Replayed {
  const replayed: Replayed = { events: [], story: [], ends: [], partials: [], state: openState(null) };
  let process = 0;
  for (const { proc, dir, frame } of readRecording(name)) {
    if (proc !== process) settle(replayed);
    process = proc;
    if (dir === '>') send(replayed, frame);
    else receive(replayed, frame);
  }
  return replayed;
}

function readRecording(name: string): RecordedFrame[] {
  return readFileSync(new URL(`recordings/${name}.ndjson`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RecordedFrame);
}

function send(replayed: Replayed, { method, id, params }: RecordedFrame['frame']): void {
  if (method !== 'turn/start' || replayed.state.turn !== null) return;
  const planMode = isPlanning(params);
  replayed.state = withTurn(replayed.state, { clientId: String(id), planMode });
}

function isPlanning(params: RecordedFrame['frame']['params']): boolean {
  return (params?.['collaborationMode'] as { mode?: string } | undefined)?.mode === 'plan';
}

function receive(replayed: Replayed, frame: RecordedFrame['frame']): void {
  const thread = frame.result?.['thread'] as { id: string } | undefined;
  if (thread !== undefined) replayed.state = { ...replayed.state, threadId: thread.id };
  const isAnswer = frame.method === undefined && frame.result?.['turn'] !== undefined;
  const named = isAnswer ? { ...frame, id: turnRequestId(String(frame.id)) } : frame;
  const asked = asksOf(replayed.state);
  keep(replayed, stepOf(replayed.state, named));
  for (const tool of asksOf(replayed.state).filter((one) => !asked.includes(one))) {
    replayed.story.push(`? ${tool}`);
    if (tool !== 'proposed_plan') continue;
    replayed.state = { ...replayed.state, turn: null };
    finish(replayed, { outcome: 'completed' });
  }
  if (replayed.state.ending !== null) keep(replayed, lines(replayed.state, { type: 'elapsed' }, MOMENT));
}

function asksOf(state: CodexState): string[] {
  const { asks } = decide(state, { policy: 'ask', isInterrupted: false }, (file) => file);
  return asks.map((ask) => (ask.kind === 'ask' ? String(ask.asking.tool) : 'answered'));
}

function keep(replayed: Replayed, { state, said = [], end, partial }: Step<CodexState>): void {
  replayed.state = state;
  replayed.events.push(...timed(said, NOW));
  replayed.story.push(...said.map(nameOf));
  if (partial !== undefined) replayed.partials.push(...timed([partial], NOW));
  if (end !== undefined) finish(replayed, end);
}

function finish(replayed: Replayed, end: TurnEnd): void {
  replayed.ends.push(end);
  replayed.story.push(`-> ${end.outcome}`);
}

function settle(replayed: Replayed): void {
  const ending = { isFound: false, isWritten: true, isAsked: false, isUnresponsive: false, complaint: '' };
  const { state, said } = conclude(replayed.state, { ...ending, isSelfDirected: false });
  keep(replayed, { state, said });
}

function nameOf({ payload }: Pick<AgentEvent, 'payload'>): string {
  const { type, name } = payload;
  return typeof name === 'string' ? `${String(type)} ${name}` : String(type);
}
