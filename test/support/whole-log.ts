import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { z } from 'zod';
import { AgentEventSchema, type AgentEvent } from '../../src/contract/agent-event.ts';
import { EngineEventSchema, type EngineEvent } from '../../src/contract/events.ts';
import { createPaths } from '../../src/environment/paths.ts';
import { deltasOf, expectNoGap } from './assertions.ts';

const TailSchema = z.looseObject({ cut: z.string().length(10), end: z.union([z.literal(0), z.literal(1)]) });
const LineSchema = z.looseObject({ id: z.string(), _: TailSchema });
const HistoryLineSchema = z.object({ n: z.string().length(12), id: z.string(), event: AgentEventSchema });

/**
 * Reads the event log of a home as an engine left it, stopped or killed, and fails unless it is whole: every line
 * an event of the contract, ids without gaps, no torn line, no half group, and every history a prefix of the log.
 * Returns the events.
 */
export async function expectWholeLog(home: string): Promise<EngineEvent[]> {
  const lines = (await Promise.all((await segmentsOf(home)).map(readLines))).flat();
  const parsed = lines.map(({ text }) => LineSchema.parse(JSON.parse(text)));
  expect(parsed.map(({ _: { cut } }) => Number(cut))).toEqual(lines.map(publicLength));
  expect(parsed.at(-1)?._.end).toBe(1);
  const events = parsed.map(({ _: _private, ...event }) => EngineEventSchema.parse(event));
  expectNoGap(events);
  await expectHistoriesWithin(home, events);
  return events;
}

async function segmentsOf(home: string): Promise<string[]> {
  const { engine } = createPaths(home);
  const files = (await readdir(engine)).filter((file) => /^events.*\.jsonl$/.test(file));
  return files.toSorted(activeLast).map((file) => join(engine, file));
}

function activeLast(one: string, other: string): number {
  if (one === 'events.jsonl') return 1;
  return other === 'events.jsonl' ? -1 : one.localeCompare(other);
}

interface Line {
  text: string;
}

async function readLines(file: string): Promise<Line[]> {
  const content = await readFile(file, 'utf8');
  if (content === '') return [];
  expect(content.endsWith('\n'), `${file} ends in a torn line`).toBe(true);
  return content
    .slice(0, -1)
    .split('\n')
    .map((text) => ({ text }));
}

function publicLength({ text }: Line): number {
  return Buffer.byteLength(text.slice(0, text.lastIndexOf(',"_":{'))) + 1;
}

async function expectHistoriesWithin(home: string, events: readonly EngineEvent[]): Promise<void> {
  const { history } = createPaths(home);
  const files = await readdir(history).catch(() => []);
  for (const file of files.filter((name) => name.endsWith('.jsonl'))) {
    const stored = await readHistoryFile(join(history, file));
    expect(stored).toEqual(deltasOf(events, file.replace(/\.jsonl$/, '')).slice(0, stored.length));
  }
}

async function readHistoryFile(file: string): Promise<AgentEvent[]> {
  const lines = (await readLines(file)).map(({ text }) => HistoryLineSchema.parse(JSON.parse(text)));
  expect(lines.map(({ n }) => Number(n))).toEqual(lines.map((_, index) => index + 1));
  return lines.map(({ event }) => event);
}
