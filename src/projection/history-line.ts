import type { AgentEvent } from '../contract/agent-event.ts';
import { EVENT_ID_LENGTH } from '../journal/event-id.ts';

/*
 * A line: {"n":"000000000001","id":"<journal id>","event":{…}}
 * Everything before the event has a fixed width, so a line is found by its number and the event is cut out unparsed.
 */

const DIGITS = 12;
const ID_OFFSET = '{"n":"'.length + DIGITS + '","id":"'.length;
const EVENT_OFFSET = ID_OFFSET + EVENT_ID_LENGTH + '","event":'.length;
const HEAD = /^\{"n":"(\d{12})","id":"(\d{12}-[0-9a-f]{8})","event":\{/;

/** Where in a line its number starts. */
export const DIGITS_OFFSET = '{"n":"'.length;

export function encodeHistoryLine(place: { number: number; id: string }, event: AgentEvent): string {
  const digits = String(place.number).padStart(DIGITS, '0');
  return `{"n":"${digits}","id":"${place.id}","event":${JSON.stringify(event)}}\n`;
}

/** Null when the text, without its newline, is not a whole line. */
export function parseHistoryLine(line: string): { number: number; id: string } | null {
  const [, number, id] = HEAD.exec(line) ?? [];
  return number === undefined || id === undefined || !isJson(line) ? null : { number: Number(number), id };
}

/** The JSON array of the events in whole lines. */
export function toEventsJson(lines: string): string {
  const events = lines.split('\n').slice(0, -1);
  return `[${events.map((line) => line.slice(EVENT_OFFSET, -1)).join(',')}]`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
