import { parseJson } from '../../contract/parse-json.ts';
import { EVENT_ID_LENGTH } from '../event-id.ts';
import { checksum } from '../../storage/checksum.ts';
import { beginsAs } from '../../storage/torn-line.ts';

/*
 * A line: {"n":"000000000001","id":"<journal id>","sum":"<checksum>","event":{…}}
 * The number stands at a fixed place, so that a line is found by it. Lines of older engines have no checksum.
 */

const DIGITS = 12;
const HEAD = /^\{"n":"(\d{12})","id":"(\d{12}-[0-9a-f]{8})",(?:"sum":"([0-9a-f]{8})",)?"event":/;
const LONGEST_HEAD = `{"n":"","id":"","sum":"","event":`.length + DIGITS + EVENT_ID_LENGTH + 8;

/** Where in a line its number starts. */
export const DIGITS_OFFSET = '{"n":"'.length;

/** One line of a history; `event` is JSON. */
export interface HistoryLine {
  number: number;
  id: string;
  event: string;
}

export function encodeHistoryLine({ number, id, event }: HistoryLine): string {
  const digits = String(number).padStart(DIGITS, '0');
  return `{"n":"${digits}","id":"${id}","sum":"${checksum(digits + id + event)}","event":${event}}\n`;
}

/** Null when the text, without its newline, is not a whole line as it was written. */
export function parseHistoryLine(line: string): HistoryLine | null {
  const [head = '', digits = '', id = '', sum] = HEAD.exec(line.slice(0, LONGEST_HEAD)) ?? [];
  if (head === '' || !line.endsWith('}')) return null;
  const event = line.slice(head.length, -1);
  const isSound = sum === undefined ? isObject(event) : checksum(digits + id + event) === sum;
  return isSound ? { number: Number(digits), id, event } : null;
}

/** Whether a text is the beginning of a line, as a writer leaves it that was killed. */
export function isTornLine(text: string): boolean {
  return HEAD.test(text) || beginsAs(text, EXAMPLE);
}

const EXAMPLE = `{"n":"000000000000","id":"000000000000-00000000","sum":"00000000","event":`;

function isObject(text: string): boolean {
  return typeof parseJson(text) === 'object';
}
