import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createSearch, findSecrets, keepSecret, keepSecretsOf, type Finding } from './secrets.ts';

/** Where the engine keeps secrets, also while it replaces it: nobody but the user may read it, and it is not searched. */
const HOLDER = 'logins.json';

/** What Codex reads: its protocol has a token in the lines that log it in, and nowhere else. */
const INPUT = 'stdin';
const LOGS_IN = /^.*"(?:account\/login\/start|accessToken)".*$/gm;

/** Files of a home that hold logins, by whoever put them there. */
const LOGINS = [
  '.git-credentials',
  '.claude/.credentials.json',
  '.claude/.bedrock-credentials.json',
  '.codex/auth.json',
];

/** In words, without the secret. */
export function describe(place: string, findings: readonly Finding[]): string[] {
  return findings.map(({ name, offset }) => `${place} shows ${name} at offset ${offset}`);
}

export function searchText(place: string, text: string): string[] {
  return describe(place, findSecrets(text));
}

/** Keeps the logins that stand in the files of a home: a test may have put them there by hand. */
export async function keepLoginsOf(home: string): Promise<void> {
  const files = [...LOGINS, '.replicas/engine/logins.json'].map((name) => join(home, name));
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => '');
    for (const [, password = ''] of text.matchAll(/^https:\/\/[^:@\n]*:([^@\n]+)@/gm)) {
      keepSecret('a password of git', decodeURIComponent(password));
    }
    keepSecretsOf(parse(text));
  }
}

/** Searches every file the engine keeps in a home: log, history, dead letters, output of hooks and agents, state. */
export async function searchFiles(home: string): Promise<string[]> {
  const entries = await readdir(join(home, '.replicas'), { recursive: true, withFileTypes: true }).catch(
    () => [], // nothing was begun, or it is gone
  );
  const shown: string[] = [];
  for (const entry of entries.filter((one) => one.isFile())) {
    const file = join(entry.parentPath, entry.name);
    shown.push(...(await searchIn(file).catch(() => []))); // removed while it was searched
  }
  return shown;
}

/** What a hook printed, as it was printed: secrets are taken out on the way from here. */
const PRINTED_BY_HOOK = /\/hooks\/[^/]+\/stdout$/;

function searchIn(file: string): Promise<string[]> {
  if (PRINTED_BY_HOOK.test(file)) return searchMode(file);
  if (basename(file).includes(HOLDER)) return searchMode(file);
  return basename(file) === INPUT ? searchInput(file) : searchFile(file);
}

async function searchInput(file: string): Promise<string[]> {
  const text = await readFile(file, 'latin1');
  const rest = text.replaceAll(LOGS_IN, (line) => ' '.repeat(line.length));
  return [...searchText(file, rest), ...(rest === text ? [] : await searchMode(file))];
}

async function searchFile(file: string): Promise<string[]> {
  const search = createSearch();
  const shown: string[] = [];
  for await (const part of createReadStream(file, { encoding: 'latin1', highWaterMark: 1 << 20 })) {
    shown.push(...describe(file, search(part as string)));
  }
  return shown;
}

async function searchMode(file: string): Promise<string[]> {
  const { mode } = await stat(file);
  return (mode & 0o077) === 0 ? [] : [`${file} holds secrets and can be read by others`];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
