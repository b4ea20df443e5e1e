import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { filesOf, RUN_MARKER, type Run } from './run.ts';
import { readStderrTail } from './read-tail.ts';
import type { Strays } from './strays.ts';
import { codeOf } from '../storage/attempt.ts';

export interface LaunchOptions {
  command: string;
  args: readonly string[];
  /** The whole environment; the marker is added. */
  env: Readonly<Record<string, string>>;
  cwd: string;
  /** What the process finds on its standard input at once. */
  stdin?: Buffer;
  /** Kept in the folder for whoever meets the run later. */
  note?: string;
  /** What has to end with the process, though it left its session. */
  strays?: Strays;
  /** Kept in the folder for the process to read. */
  prompt?: string | undefined;
}

/** How long the shell may take to start the process before the run counts as launched all the same. */
const START_LIMIT_MS = 5_000;

/** What was wanting may be there again then. */
const RETRY_MS = 500;

/**
 * Starts a process that outlives the engine. Making the folder is the claim: it fails with `EEXIST` when the run was
 * launched before, so nothing starts twice. What could not start for want of processes, memory or files is tried once more.
 * A command that cannot be executed ends with exit code 126 or 127.
 * @throws {StartError} with what the shell said, when the command never ran.
 */
export async function launch(run: Run, options: LaunchOptions): Promise<void> {
  await mkdir(run.folder, { mode: 0o700 });
  const files = filesOf(run);
  if (options.strays !== undefined) {
    await writeFile(files.strays, JSON.stringify(options.strays), { mode: 0o600 });
  }
  if (options.note !== undefined) await writeFile(files.note, options.note, { mode: 0o600 });
  if (options.prompt !== undefined) await writeFile(files.prompt, options.prompt, { mode: 0o600 });
  if (options.stdin !== undefined) await writeFile(files.stdin, options.stdin, { mode: 0o600 });
  try {
    await start(run, options);
  } catch (error) {
    if (!isPassingWant(error)) throw error;
    await delay(RETRY_MS);
    for (const left of [files.shim, files.stderr, join(run.folder, 'pipe')]) await rm(left, { force: true });
    await start(run, options);
  }
}

async function start(run: Run, options: LaunchOptions): Promise<void> {
  const shell = await spawnShell(run, options);
  shell.unref();
  if (await isStarted(run, shell)) return;
  throw new StartError(await readStderrTail(run));
}

/** What the shell itself has to say goes where the process complains too. */
async function spawnShell(run: Run, { command, args, cwd, env }: LaunchOptions): Promise<ChildProcess> {
  const stderr = await open(filesOf(run).stderr, 'a', 0o600);
  try {
    const shell = spawn('/bin/sh', ['-c', SHIM, 'sh', run.folder, command, ...args], {
      cwd,
      env: { ...env, [RUN_MARKER]: run.id },
      stdio: ['ignore', 'ignore', stderr.fd],
      detached: true,
    });
    await once(shell, 'spawn');
    return shell;
  } finally {
    await stderr.close();
  }
}

/** False when the shell is gone and has started nothing. */
async function isStarted(run: Run, shell: ChildProcess): Promise<boolean> {
  const { pid } = filesOf(run);
  for (let waited = 0; waited < START_LIMIT_MS; waited += 5) {
    const isOver = shell.exitCode !== null || shell.signalCode !== null;
    if (existsSync(pid)) return true;
    if (isOver) return false;
    await delay(5);
  }
  return true;
}

/** What a shell says first, and ends with 126, when it could not execute what may be executed in a moment. */
const BUSY = String.raw`^sh: .*\(Text file busy\|Cannot allocate memory\|Resource temporarily unavailable\|Too many open files\)`;

/**
 * A few lines of shell around a process that outlives the engine. They are passed with `-c`, so that an upgrade of the
 * engine cannot change a script that is running. `$1` is the folder, the rest is the command.
 *
 * - `shim` is not overwritten: who made it before wants no start.
 * - The shim ignores TERM, INT and HUP: it has to write down how the process ended.
 * - `stdin` is a file behind `tail -f`: its torn last line can be completed by the next engine, which is not so for a
 *   FIFO written directly.
 * - Spool and stdin are preallocated, so that a full disk breaks neither the process nor an interrupt.
 * - What an agent (a run that names its strays) leaves in the session when it has ended is killed, whatever its
 *   environment: nobody else can tell that it belongs to it.
 * - Once the process has started nothing more is to be started: a machine that is out of processes loses no pid and no exit
 *   code. What cannot be executed for want of memory, or because it is being replaced, is tried once more.
 * - The process is an earlier victim of the kernel's memory killer than the engine.
 */
const SHIM = `d=$1; shift; umask 077; trap : TERM INT HUP
set -C; echo $$ >"$d/shim" || exit 75; set +C
[ -e "$d/stdin" ] || : >"$d/stdin"; mkfifo "$d/pipe" || exit 75
{ : >>"$d/stdout"; fallocate -n -l 4194304 "$d/stdout"; fallocate -n -l 1048576 "$d/stdin"
echo 500 >/proc/self/oom_score_adj; } 2>/dev/null
run() { tail -s 0.05 -c +1 -f "$d/stdin" >"$d/pipe" 2>/dev/null & t=$!
"$@" <"$d/pipe" >>"$d/stdout" 2>>"$d/stderr" & a=$!
exec 2>/dev/null; echo $a >"$d/pid"
while :; do wait $a; c=$?; kill -0 $a || break; done; kill $t; }
run "$@"
if [ $c = 126 ] && head -qn 1 "$d/stdout" "$d/stderr" | grep -q '${BUSY}'; then wait $t; sleep 0.5; run "$@"; fi
[ -e "$d/strays" ] && for s in /proc/[0-9]*/stat; do
{ read -r l <"$s"; } || continue; p=\${s#/proc/}; set -- \${l##*) }
[ "$4" = $$ ] && [ "\${p%/stat}" != $$ ] && kill -9 "\${p%/stat}"
done
echo $c >"$d/exit"`;

/** What the system says when it has too little of something for the moment, by the code that Node.js gives it. */
const WANTS: [RegExp, string][] = [
  [/No space left on device/, 'ENOSPC'],
  [/Disk quota exceeded/, 'EDQUOT'],
  [/Text file busy/, 'ETXTBSY'],
  [/Cannot allocate memory/, 'ENOMEM'],
  [/Too many open files in system/, 'ENFILE'],
  [/Too many open files/, 'EMFILE'],
  [/Cannot fork|Resource temporarily unavailable/, 'EAGAIN'],
];

/** What passes within moments: a full disk does not. */
const PASSING = new Set(['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE', 'ETXTBSY']);

/** A process did not start, as the shell that was to start it says. */
class StartError extends Error {
  override readonly name = 'StartError';
  readonly code: string;

  constructor(complaint: string) {
    super(`The process could not be started: ${complaint || 'its shell ended without a word.'}`);
    this.code = WANTS.find(([pattern]) => pattern.test(complaint))?.[1] ?? 'EUNKNOWN';
  }
}

/** Whether something failed for want of what may be there again in a moment. */
function isPassingWant(error: unknown): boolean {
  return PASSING.has(codeOf(error) ?? '');
}
