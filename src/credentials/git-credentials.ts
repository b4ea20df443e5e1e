import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { decoded } from '../contract/web-url.ts';
import { syncFolder } from '../storage/replace-file.ts';
import { setAside, type OnDamage } from '../storage/set-aside.ts';
import type { Codec } from './credential-file.ts';
import { codeOf } from '../storage/attempt.ts';

/** `~/.git-credentials`, as git's credential helper `store` keeps it: one URL per line, the first that fits is used. */
export const gitCredentials: Codec<string[]> = {
  empty: [],
  parse: (text) => text.split('\n').filter((line) => line !== ''),
  format: (lines) => lines.map((line) => `${line}\n`).join(''),
};

const HOST = 'github.com';
const USER = 'x-access-token';

/** The lines with this token for GitHub, ahead of other users of it; every other line is kept. */
export function withGithubToken(lines: readonly string[], token: string): string[] {
  const rest = lines.filter((line) => !isOurs(line));
  const place = rest.findIndex((line) => hostOf(line) === HOST);
  return rest.toSpliced(place === -1 ? rest.length : place, 0, lineFor(token));
}

/** The token that the engine put there; null when git, or someone else, took it away. */
export function githubTokenIn(lines: readonly string[]): string | null {
  const line = lines.find(isOurs);
  return line === undefined ? null : decoded(new URL(line).password);
}

function lineFor(token: string): string {
  return `https://${USER}:${encodeURIComponent(token)}@${HOST}`;
}

function isOurs(line: string): boolean {
  if (!URL.canParse(line)) return false;
  const { host, username, pathname } = new URL(line);
  return host === HOST && username === USER && pathname === '/';
}

function hostOf(line: string): string | null {
  return URL.canParse(line) ? new URL(line).host : null;
}

const LOCK_WAIT_MS = 50;
const LOCK_ATTEMPTS = 40;
/** git holds it for milliseconds: whoever held it for longer died. */
const STALE_MS = 10_000;

/** Replaces the file as git does, under git's lock: writers exclude each other, readers see the old or the new. */
export async function replaceAsGit(file: string, text: string, onDamage: OnDamage): Promise<void> {
  const lock = `${file}.lock`;
  const handle = await takeLock(lock, onDamage);
  try {
    await handle.writeFile(text);
    await handle.datasync();
    await handle.close();
    await rename(lock, file);
  } catch (error) {
    await handle.close().catch(() => undefined); // it may be closed already
    await rm(lock, { force: true });
    throw error;
  }
  await syncFolder(dirname(file));
}

async function takeLock(lock: string, onDamage: OnDamage) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await open(lock, 'wx', 0o600);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST' || attempt === LOCK_ATTEMPTS) throw error;
      await removeIfStale(lock, onDamage);
      await delay(LOCK_WAIT_MS);
    }
  }
}

async function removeIfStale(lock: string, onDamage: OnDamage): Promise<void> {
  const held = await stat(lock).catch(() => null); // released meanwhile
  if (held?.isDirectory()) onDamage(await setAside(lock, 'It is a folder.'));
  else if (held !== null && Date.now() - held.mtimeMs > STALE_MS) await rm(lock, { force: true });
}
