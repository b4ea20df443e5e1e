import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { intrude, type Intruder } from './damage.ts';
import { pick } from './random.ts';

export interface GeneratedDamage {
  /** What happened, and where. */
  readonly name: string;
  /** Does it to the file of a session that is as the agent left it. */
  readonly happen: (file: string) => Promise<void>;
}

type Random = () => number;
type Change = (bytes: Buffer, place: number, random: Random) => Buffer;

const OTHER_ID = '01a20283-dc13-7ac0-ae8d-d0736019bad3';
const UUID = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g;
const HUGE = 3_000_000;

const FOREIGN = [
  'hello',
  '{"type":"x"}',
  '{}',
  '[]',
  'null',
  '7',
  '"text"',
  '{"type":"user"}',
  '{"type":"assistant","message":null}',
  '{"type":"response_item","payload":{}}',
  '{"type":"event_msg","payload":{"type":"user_message"}}',
  `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
];

/** At one place: anywhere in the first tenth, the middle or the last tenth of the file. */
const PLACED: Readonly<Record<string, Change>> = {
  'is cut': (bytes, place) => bytes.subarray(0, place),
  'is cut behind a line': (bytes, place) => bytes.subarray(0, lineAt(bytes, place)),
  'lost what is before': (bytes, place) => bytes.subarray(place),
  'lost a line': (bytes, place) => without(bytes, lineAt(bytes, place), nextLine(bytes, place)),
  'lost a newline': (bytes, place) => without(bytes, lineAt(bytes, place) - 1, lineAt(bytes, place)),
  'has a flipped bit': (bytes, place, random) => over(bytes, place, flipped(bytes[place] ?? 0, random)),
  'has another byte': (bytes, place, random) => over(bytes, place, Math.floor(random() * 256)),
  'has zeros': (bytes, place, random) =>
    Buffer.from(bytes).fill(0, place, place + 1 + Math.floor(random() * 600)),
  'has noise': (bytes, place, random) => over(bytes, place, ...noise(1 + Math.floor(random() * 200), random)),
  'has bytes that are no UTF-8': (bytes, place) =>
    insert(bytes, place, Buffer.from([0xff, 0xfe, 0xc0, 0x80])),
  'has a byte order mark': (bytes, place) => insert(bytes, lineAt(bytes, place), Buffer.from('\uFEFF')),
  'has empty lines': (bytes, place) => insert(bytes, lineAt(bytes, place), Buffer.from('\n\n \n')),
  'has a line twice': (bytes, place) =>
    insert(bytes, lineAt(bytes, place), bytes.subarray(lineAt(bytes, place), nextLine(bytes, place))),
  'has two lines in the place of each other': (bytes, place) => {
    const [start, middle] = [lineAt(bytes, place), nextLine(bytes, place)];
    const end = nextLine(bytes, middle);
    const [first, second] = [bytes.subarray(start, middle), bytes.subarray(middle, end)];
    return Buffer.concat([bytes.subarray(0, start), second, first, bytes.subarray(end)]);
  },
  'has a line of another program': (bytes, place, random) =>
    insert(bytes, lineAt(bytes, place), Buffer.from(`${pick(random, FOREIGN)}\n`)),
  'has a huge line': (bytes, place) =>
    insert(bytes, lineAt(bytes, place), Buffer.from(`{"type":"x","text":"${'x'.repeat(HUGE)}"}\n`)),
  'has huge garbage': (bytes, place) =>
    insert(bytes, lineAt(bytes, place), Buffer.from(`${'y'.repeat(HUGE)}\n`)),
  'has another id': (bytes, place) => replaceOne(bytes, place, UUID, OTHER_ID),
  'has another value': (bytes, place, random) =>
    replaceOne(
      bytes,
      place,
      /(?<=":)("[^"\\]*"|null|true|false|\d+)/g,
      pick(random, ['null', '7', '[]', '{}', '"x"']),
    ),
};

/** To the file as a whole. */
const WHOLE: Readonly<Record<string, (bytes: Buffer, random: Random) => Buffer>> = {
  'is empty': () => Buffer.alloc(0),
  'has only zeros': (bytes) => Buffer.alloc(bytes.length),
  'has only noise': (bytes, random) => Buffer.from(noise(bytes.length, random)),
  'has one line of another program': (_, random) => Buffer.from(`${pick(random, FOREIGN)}\n`),
  'has another id everywhere': (bytes) => changeText(bytes, (text) => text.replaceAll(UUID, OTHER_ID)),
  'has a byte order mark': (bytes) => insert(bytes, 0, Buffer.from('\uFEFF')),
  'has lines that end as in Windows': (bytes) => changeText(bytes, (text) => text.replaceAll('\n', '\r\n')),
  'has lines that end as they once did': (bytes) => changeText(bytes, (text) => text.replaceAll('\n', '\r')),
  'has its lines in another order': (bytes, random) => changeLines(bytes, (lines) => shuffled(lines, random)),
  'has its lines in reverse order': (bytes) => changeLines(bytes, (lines) => lines.toReversed()),
  'has as many lines that were never there': (bytes) =>
    changeLines(bytes, (lines) =>
      lines.map(({ length }) => `{"type":"${'x'.repeat(Math.max(0, length - 11))}"}`),
    ),
  'is there twice': (bytes) => Buffer.concat([bytes, bytes]),
  'is in UTF-16': (bytes) => Buffer.from(bytes.toString('utf8'), 'utf16le'),
};

const INTRUDERS: readonly Intruder[] = [
  'a folder',
  'a dangling link',
  'a link to itself',
  'a link to a device',
  'a pipe',
  'a socket',
];

const MOVED: Readonly<Record<string, (file: string) => void>> = {
  'is gone': (file) => rmSync(file),
  'has another extension': (file) => renameSync(file, file.replace(/\.jsonl$/, '.json')),
  'has another name': (file) => renameSync(file, file.replace(UUID, OTHER_ID)),
  'may not be read': (file) => chmodSync(file, 0),
};

/** Places at the beginning, in the middle and at the end have their turn as often as each other. */
const PLACES = { beginning: [0, 0.1], middle: [0.1, 0.9], end: [0.9, 1] } as const;

export function generateDamage(random: Random): GeneratedDamage {
  const share = random();
  if (share < 0.6) return placed(random);
  if (share < 0.75) return whole(random);
  if (share < 0.9) {
    const intruder = pick(random, INTRUDERS);
    return { name: `is ${intruder}`, happen: (file) => intrude(file, intruder) };
  }
  const name = pick(random, Object.keys(MOVED));
  return { name, happen: async (file) => Promise.resolve(MOVED[name]?.(file)) };
}

function placed(random: Random): GeneratedDamage {
  const name = pick(random, Object.keys(PLACED));
  const where = pick(random, Object.keys(PLACES) as (keyof typeof PLACES)[]);
  const [from, to] = PLACES[where];
  const share = from + random() * (to - from);
  const change = (bytes: Buffer) => PLACED[name]?.(bytes, Math.floor(share * bytes.length), random) ?? bytes;
  return { name: `${name} in its ${where} (${share.toFixed(3)})`, happen: rewrite(change) };
}

function whole(random: Random): GeneratedDamage {
  const name = pick(random, Object.keys(WHOLE));
  return { name, happen: rewrite((bytes) => WHOLE[name]?.(bytes, random) ?? bytes) };
}

function rewrite(change: (bytes: Buffer) => Buffer): GeneratedDamage['happen'] {
  return async (file) => Promise.resolve(writeFileSync(file, change(readFileSync(file))));
}

/** Where the line begins in which this byte is. */
function lineAt(bytes: Buffer, place: number): number {
  return bytes.subarray(0, place).lastIndexOf(0x0a) + 1;
}

function nextLine(bytes: Buffer, place: number): number {
  const end = bytes.indexOf(0x0a, place);
  return end < 0 ? bytes.length : end + 1;
}

function without(bytes: Buffer, from: number, to: number): Buffer {
  return Buffer.concat([bytes.subarray(0, Math.max(0, from)), bytes.subarray(to)]);
}

function insert(bytes: Buffer, place: number, added: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, place), added, bytes.subarray(place)]);
}

function over(bytes: Buffer, place: number, ...values: number[]): Buffer {
  const copy = Buffer.from(bytes);
  for (const [index, value] of values.entries()) if (place + index < copy.length) copy[place + index] = value;
  return copy;
}

function flipped(byte: number, random: Random): number {
  return byte ^ (1 << Math.floor(random() * 8));
}

function noise(length: number, random: Random): number[] {
  return Array.from({ length }, () => Math.floor(random() * 256));
}

function changeText(bytes: Buffer, change: (text: string) => string): Buffer {
  return Buffer.from(change(bytes.toString('utf8')));
}

function changeLines(bytes: Buffer, change: (lines: string[]) => string[]): Buffer {
  return changeText(bytes, (text) => `${change(text.trimEnd().split('\n')).join('\n')}\n`);
}

function shuffled(lines: string[], random: Random): string[] {
  return lines
    .map((line) => ({ line, at: random() }))
    .toSorted((one, other) => one.at - other.at)
    .map(({ line }) => line);
}

/** The first match behind a place becomes something else. */
function replaceOne(bytes: Buffer, place: number, pattern: RegExp, text: string): Buffer {
  const rest = bytes.subarray(place).toString('latin1');
  const found = new RegExp(pattern.source).exec(rest);
  if (found === null) return bytes;
  const changed = rest.slice(0, found.index) + text + rest.slice(found.index + found[0].length);
  return Buffer.concat([bytes.subarray(0, place), Buffer.from(changed, 'latin1')]);
}
