import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** What may have become of the file in which an agent keeps a session. */
export const SESSION_DAMAGES: Readonly<Record<string, (file: string, sessionId: string) => void>> = {
  'is gone': (file) => rmSync(file),
  'is empty': (file) => truncateSync(file, 0),
  'has only zeros': (file) => writeFileSync(file, Buffer.alloc(statSync(file).size)),
  'has one line of text': (file) => writeFileSync(file, 'hello\n'),
  'has one line of another program': (file) => writeFileSync(file, '{"type":"x"}\n'),
  'has another id in it': (file, id) =>
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(id, OTHER_ID)),
  'may not be read': (file) => chmodSync(file, 0),
  'is a folder': (file) => mkdirSync(emptied(file)),
  'is a link to nowhere': (file) => symlinkSync('/nonexistent/file', emptied(file)),
  'is a link to itself': (file) => symlinkSync(file, emptied(file)),
  'is a link to a device': (file) => symlinkSync('/dev/zero', emptied(file)),
  'is a pipe': (file) => execFileSync('mkfifo', [emptied(file)]),
  'was cut in the middle': (file) => truncateSync(file, Math.floor(statSync(file).size / 2)),
  'ends within a line': (file) => truncateSync(file, statSync(file).size - 5),
  'ends with half a line more': (file) => appendFileSync(file, '{"type":"us'),
  'has zeros in its middle': (file) => overwrite(file, (bytes, from, to) => bytes.fill(0, from, to)),
  'has its lines in reverse order': (file) =>
    writeFileSync(file, `${readFileSync(file, 'utf8').trim().split('\n').toReversed().join('\n')}\n`),
  'lost its first line': (file) =>
    writeFileSync(file, readFileSync(file, 'utf8').split('\n').slice(1).join('\n')),
};

const OTHER_ID = '01a20283-dc13-7ac0-ae8d-d0736019bad3';

/** Where Claude Code or Codex keeps a session in this home. */
export function sessionFileOf(home: string, sessionId: string): string {
  for (const folder of [join(home, '.claude', 'projects'), join(home, '.codex', 'sessions')]) {
    const name = namesIn(folder).find((one) => one.includes(sessionId) && one.endsWith('.jsonl'));
    if (name !== undefined) return join(folder, name);
  }
  throw new Error(`There is no file of session ${sessionId}.`);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch {
    return [];
  }
}

function emptied(file: string): string {
  rmSync(file);
  return file;
}

function overwrite(file: string, change: (bytes: Buffer, from: number, to: number) => void): void {
  const bytes = readFileSync(file);
  change(bytes, Math.floor(bytes.length / 3), Math.floor((bytes.length * 2) / 3));
  writeFileSync(file, bytes);
}
