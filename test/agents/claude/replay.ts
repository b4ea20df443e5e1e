import { readFileSync } from 'node:fs';
import { parseLine } from '../../../src/agents/claude/protocol.ts';
import { freshState, withTurn, worksByItself, type ClaudeState } from '../../../src/agents/claude/state.ts';
import { translate, type Translation } from '../../../src/agents/claude/translate.ts';
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
  translations: Translation[];
  state: ClaudeState;
}

export const NOW = new Date('2026-11-22T12:00:00.000Z');

/** Runs a recording through the translator as the driver would: a message is given when the last turn has ended. */
export function replay(name: string): Replayed {
  const frames = readFileSync(new URL(`recordings/${name}.ndjson`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Frame);
  const replayed: Replayed = { story: [], ends: [], translations: [], state: freshState(null, null) };
  const waiting: string[] = [];
  let process = 0;
  for (const { proc, dir, frame } of frames) {
    if (proc !== process) replayed.state = { ...freshState(null, null), echoed: replayed.state.echoed };
    process = proc;
    if (dir === '>' && frame['type'] === 'user') waiting.push(String(frame['uuid']));
    if (dir === '<') step(replayed, frame);
    if (replayed.state.turn === null && waiting.length > 0) {
      replayed.state = withTurn(replayed.state, { uuid: waiting.shift() ?? '', isEchoed: false });
    }
  }
  return replayed;
}

function step(replayed: Replayed, frame: Record<string, unknown>): void {
  const parsed = parseLine(JSON.stringify(frame));
  if (parsed.kind !== 'message') throw new Error('The recording holds a line that is no message.');
  const wasByItself = worksByItself(replayed.state);
  const translation = translate(replayed.state, parsed.line, NOW);
  const { state, events, end } = translation;
  replayed.translations.push(translation);
  replayed.state = state;
  replayed.story.push(...events.map(({ payload }) => nameOf(payload)));
  if (end !== undefined) {
    replayed.ends.push(end);
    replayed.story.push(`-> ${end.outcome}`);
  }
  if (worksByItself(state) !== wasByItself) replayed.story.push(wasByItself ? 'at rest' : 'by itself');
}

function nameOf(payload: Record<string, unknown>): string {
  const { type, subtype, state, status, isReplay } = payload;
  const detail = state ?? status ?? (isReplay === true ? 'echo' : undefined);
  return [type === 'system' ? subtype : type, detail].filter((part) => typeof part === 'string').join(' ');
}
