import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { createActor, waitFor } from 'xstate';
import { hookMachine } from '../../machines/hook.machine.ts';
import { hookProcess } from '../actors/hook-process.ts';
import type { HookRecord } from '../contract/hook-records.ts';
import type { HookKind } from '../contract/hooks.ts';
import { HookLog } from '../hooks/hook-log.ts';
import { viewHook } from '../hooks/hook-view.ts';
import { planHooks } from '../hooks/plan-hooks.ts';
import { createLiveLines, toTable, type LiveOptions } from './hook-table.ts';

export interface RunHooksOptions extends LiveOptions {
  /** The repository. */
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
  try {
    const ended = await runHook(hook, { ...options, runs });
    const { output, exitCode } = await viewHook(ended, {
      folder: runs,
      charsOf: () => 0,
      redact: (text) => text,
    });
    print(output === '' ? '' : `\n${output.endsWith('\n') ? output : `${output}\n`}`);
    return exitCode ?? 1;
  } finally {
    await rm(runs, { recursive: true, force: true });
  }
}

async function runHook(hook: HookRecord, options: RunHooksOptions & { runs: string }): Promise<HookRecord> {
  const { runs, env, signal, width } = options;
  const log = await HookLog.open({
    file: join(runs, 'log'),
    positionsFile: join(runs, 'positions.json'),
    onDamage: ({ file }) => options.print(`${file} was in the way.\n`),
    onError: (error) => options.print(`${String(error)}\n`),
  });
  const settled = () => Promise.resolve();
  const machine = hookMachine.provide({
    actors: { hookProcess: hookProcess({ folder: runs, env, log, settled }) },
    actions: { reportEnd: () => undefined },
  });
  const show = createLiveLines(options);
  const actor = createActor(machine, { input: { hook } });
  const draw = () => show(toTable(actor.getSnapshot().context.hook, width));
  actor.subscribe(draw);
  signal.addEventListener('abort', () => actor.send({ type: 'hook.shutdown' }));
  actor.start();
  const { context } = await waitFor(actor, ({ status }) => status !== 'active', { timeout: Infinity });
  return context.hook;
}
