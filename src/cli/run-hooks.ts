import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { createActor, waitFor } from 'xstate';
import { hookMachine } from '../../machines/hook.machine.ts';
import type { HookRecord } from '../contract/hook-records.ts';
import type { HookCommand, HookKind, HookStatus } from '../contract/hooks.ts';
import { durationBrief } from '../contract/usage-brief.ts';
import { credentialPaths } from '../credentials/credential-paths.ts';
import { createPaths } from '../environment/paths.ts';
import { hookProcess } from '../hooks/hook-actor.ts';
import { HookLog } from '../hooks/hook-log.ts';
import { viewHook } from '../hooks/hook-view.ts';
import { createKnownSecrets } from '../hooks/known-secrets.ts';
import { planHooks } from '../hooks/plan-hooks.ts';
import { redactText } from '../hooks/redact.ts';
import { refuseNoFolder } from './check-hooks.ts';

export interface RunHooksOptions extends LiveOptions {
  folder: string;
  kind: HookKind;
  env: Readonly<Record<string, string>>;
  /** Characters in a line. */
  width: number;
  /** Ends the hook with everything it started. */
  signal: AbortSignal;
}

/** Runs a hook as an engine would, shows how far it is and then what it printed. Returns the exit code. */
export async function runHooks(options: RunHooksOptions): Promise<number> {
  const { folder, kind, print } = options;
  const repository = { name: basename(resolve(folder)), folder: resolve(folder) };
  refuseNoFolder(repository.folder);
  const [hook] = planHooks({ repositories: [repository], kind, runId: randomUUID(), bootId: 'local' });
  if (hook === undefined || hook.status === 'skipped') {
    print(`There is no ${kind}Hook with commands in ${repository.folder}.\n`);
    return 1;
  }
  if (hook.status === 'invalid') {
    print(`${hook.error?.message ?? ''}\n`);
    return 1;
  }
  const runs = await mkdtemp(join(tmpdir(), 'replicas-hooks-'));
  const secrets = secretsOf(options.env);
  try {
    const ended = await runHook(hook, { ...options, runs, secrets });
    const redact = (text: string) => redactText(text, secrets());
    const { output, exitCode } = await viewHook(ended, { folder: runs, charsOf: () => 0, redact });
    print(output === '' ? '' : `\n${output.endsWith('\n') ? output : `${output}\n`}`);
    return exitCode ?? 1;
  } finally {
    await rm(runs, { recursive: true, force: true });
  }
}

/** What an engine with this environment would not show either. */
function secretsOf(env: RunHooksOptions['env']): () => readonly string[] {
  const paths = createPaths(env['WORKSPACE_HOME'] ?? env['HOME'] ?? userInfo().homedir);
  return createKnownSecrets({ values: [], env, files: Object.values(credentialPaths(paths, env)) });
}

interface Run extends RunHooksOptions {
  runs: string;
  secrets: () => readonly string[];
}

async function runHook(hook: HookRecord, { runs, secrets, ...options }: Run): Promise<HookRecord> {
  const { env, signal, width } = options;
  const log = await HookLog.open({
    file: join(runs, 'log'),
    positionsFile: join(runs, 'positions.json'),
    onDamage: ({ file }) => options.print(`${file} was in the way.\n`),
    secrets,
    onError: (error) => options.print(`${String(error)}\n`),
  });
  const settled = () => Promise.resolve();
  const machine = hookMachine.provide({
    actors: { hookProcess: hookProcess({ folder: runs, env, log, settled }) },
    actions: { reportEnd: () => undefined },
  });
  const show = createLiveLines(options);
  const actor = createActor(machine, { input: { hook } });
  const redact = (line: string) => redactText(line, secrets()).slice(0, width);
  const draw = () => show(toTable(actor.getSnapshot().context.hook).map(redact));
  actor.subscribe(draw);
  signal.addEventListener('abort', () => actor.send({ type: 'hook.shutdown' }));
  actor.start();
  const { context } = await waitFor(actor, ({ status }) => status !== 'active', { timeout: Infinity });
  return context.hook;
}

const SIGNS: Record<HookStatus, string> = {
  pending: '·',
  running: '▶',
  succeeded: '✔',
  failed: '✘',
  timedOut: '⏱',
  interrupted: '✘',
  skipped: '-',
  invalid: '✘',
};

/** One line per command: how it stands, its exit code, how long it took. */
export function toTable({ commands }: HookRecord): string[] {
  return commands.map((command, index) => toRow(command, `${index + 1}/${commands.length}`));
}

function toRow({ command, status, exitCode, durationMs }: HookCommand, number: string): string {
  const time = durationMs === null ? '' : durationBrief(durationMs);
  const code = exitCode === null ? '' : String(exitCode);
  const [line = ''] = command.trim().split('\n');
  return `${SIGNS[status]} ${number}  ${status.padEnd(11)} ${code.padStart(3)}  ${time.padStart(8)}  ${line}`;
}

/** Shows lines that change: drawn over themselves on a terminal, otherwise each line once it is new. */
export function createLiveLines({ isTerminal, print }: LiveOptions): (lines: readonly string[]) => void {
  let shown: readonly string[] = [];
  return (lines) => {
    if (isTerminal) {
      const back = shown.length === 0 ? '' : `\u001B[${shown.length}A`;
      print(`${back}${lines.map((line) => `\u001B[2K${line}\n`).join('')}\u001B[0J`);
    } else {
      for (const line of lines) if (!shown.includes(line)) print(`${line}\n`);
    }
    shown = lines;
  };
}

export interface LiveOptions {
  isTerminal: boolean;
  print: (text: string) => void;
}
