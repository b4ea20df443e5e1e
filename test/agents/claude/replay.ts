import { readFileSync } from 'node:fs';
import { decide } from '../../../src/agents/claude/decide.ts';
import { freshState, withTurn, type ClaudeState } from '../../../src/agents/claude/state.ts';
import { translate } from '../../../src/agents/claude/translate.ts';
import type { Circumstances, Moment, Standing, Step } from '../../../src/agents/step.ts';
import type { TurnEnd } from '../../../src/contract/facts.ts';

interface Frame {
  /** Which process of the recording: a new one starts from a fresh state. */
  proc: number;
  dir: '<' | '>';
  frame: Record<string, unknown>;
}

export interface Replayed {
  /** Names of events in order; `-> outcome` where a turn ended, `by itself` and `at rest` where that changed. */
  story: string[];
  ends: TurnEnd[];
  steps: (Step<ClaudeState> & { standing: Standing })[];
  state: ClaudeState;
}

export const NOW = new Date('2026-11-22T12:00:00.000Z');
export const MOMENT: Moment = {
  now: NOW,
  runId: 'run',
  policy: 'bypass',
  openedAt: NOW.getTime(),
};
export const CIRCUMSTANCES: Circumstances = { policy: 'bypass', isInterrupted: false };

/** Runs a recording through the translator as the driver would: a message is given when the last turn has ended. */
export function replay(name: string): Replayed {
  const frames = readFileSync(new URL(`recordings/${name}.ndjson`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Frame);
  const replayed: Replayed = { story: [], ends: [], steps: [], state: freshState(null, null) };
  const waiting: string[] = [];
  let process = 0;
  for (const { proc, dir, frame } of frames) {
    if (proc !== process) replayed.state = { ...freshState(null, null), echoed: replayed.state.echoed };
    process = proc;
    if (dir === '>' && frame['type'] === 'user') waiting.push(String(frame['uuid']));
    if (dir === '<') step(replayed, frame);
    if (replayed.state.turn === null && waiting.length > 0) {
      replayed.state = withTurn(replayed.state, { uuid: waiting.shift() ?? '' });
    }
  }
  return replayed;
}

export function read(state: ClaudeState, ...lines: object[]): Step<ClaudeState> {
  let last: Step<ClaudeState> = { state };
  for (const line of lines) {
    const step = translate(last.state, JSON.stringify(line), MOMENT);
    if (typeof step === 'string') throw new Error('Not a message.');
    last = step;
  }
  return last;
}

export function isByItself(state: ClaudeState): boolean {
  return decide(state, CIRCUMSTANCES).selfDirected === true;
}

function step(replayed: Replayed, frame: Record<string, unknown>): void {
  const wasByItself = isByItself(replayed.state);
  const taken = read(replayed.state, frame);
  const { state, said = [], end } = taken;
  replayed.steps.push({ ...taken, standing: decide(state, CIRCUMSTANCES) });
  replayed.state = state;
  replayed.story.push(...said.map(({ payload }) => nameOf(payload)));
  if (end !== undefined) {
    replayed.ends.push(end);
    replayed.story.push(`-> ${end.outcome}`);
  }
  if (isByItself(state) !== wasByItself) replayed.story.push(wasByItself ? 'at rest' : 'by itself');
}

function nameOf(payload: Record<string, unknown>): string {
  const { type, subtype, state, status, isReplay } = payload;
  const detail = state ?? status ?? (isReplay === true ? 'echo' : undefined);
  return [type === 'system' ? subtype : type, detail].filter((part) => typeof part === 'string').join(' ');
}
