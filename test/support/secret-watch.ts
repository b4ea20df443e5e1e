import { readdirSync, readFileSync } from 'node:fs';
import { RUN_MARKER } from '../../src/processes/run.ts';
import { createSearch, keepSecretsOf } from './secrets.ts';
import { describe, keepLoginsOf, searchFiles, searchText } from './shown-secrets.ts';

/** An engine that runs, or ran, as a process. */
export interface Watched {
  pid: number;
  home: string;
  environment: Readonly<Record<string, string | undefined>>;
  logs: () => string;
  isAlive: () => boolean;
}

const TITLES_MS = 500;

let engines: Watched[] = [];
const shown = new Set<string>();
const reported = new Set<string>();
/** Processes that have nothing to do with an engine. */
let strangers = new Set<string>();
let timer: NodeJS.Timeout | null = null;

/** From now on nothing that this engine prints, keeps, answers or starts may show a secret. */
export function watchForSecrets(engine: Watched): void {
  keepSecretsOf(engine.environment);
  engines.push(engine);
  timer ??= setInterval(watchTitles, TITLES_MS).unref();
}

/** Looks at an answer, or at anything else that was received. */
export function watchText(place: string, text: string): void {
  note(searchText(place, text));
}

/** Looks at something that is received in parts. */
export function watchParts(place: string): (part: string) => void {
  const search = createSearch();
  return (part) => note(describe(place, search(part)));
}

/** Everything that showed a secret since the last look, in words. */
export async function takeShown(): Promise<string[]> {
  const homes = new Set(engines.map(({ home }) => home));
  for (const home of homes) await keepLoginsOf(home);
  for (const { pid, logs } of engines) watchText(`The output of engine ${pid}`, logs());
  for (const home of homes) note(await searchFiles(home));
  watchTitles();
  engines = engines.filter(({ isAlive }) => isAlive());
  const news = [...shown].filter((sentence) => !reported.has(sentence));
  shown.clear();
  for (const sentence of news) reported.add(sentence);
  return news;
}

function note(sentences: readonly string[]): void {
  for (const sentence of sentences) shown.add(sentence);
}

/** Titles can be read by everybody on the machine. */
function watchTitles(): void {
  if (engines.length === 0) return;
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  strangers = new Set(pids.filter((pid) => strangers.has(pid) || !isOfEngine(pid)));
  for (const pid of pids.filter((one) => !strangers.has(one))) {
    watchText(`The title of process ${pid}`, read(`/proc/${pid}/cmdline`));
  }
}

/** Its own process, or one that it started: an agent, a hook, or what they run. */
function isOfEngine(pid: string): boolean {
  if (engines.some((engine) => engine.pid === Number(pid))) return true;
  const environment = read(`/proc/${pid}/environ`);
  if (!environment.includes(`${RUN_MARKER}=`)) return false;
  return engines.some(({ home }) => environment.includes(`WORKSPACE_HOME=${home}\0`));
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return ''; // it ended, or is somebody else's
  }
}
