import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { fence, identify, isAlive, shimOf } from '../../../src/processes/identify.ts';
import { launch } from '../../../src/processes/launch.ts';
import { findProcess, MS_PER_TICK, processesOf, startOfTicks } from '../../../src/processes/process-table.ts';
import { createRun, filesOf, type Run } from '../../../src/processes/run.ts';
import { clear, discard, sweep } from '../../../src/processes/sweep.ts';
import { kill, killTools, terminate } from '../../../src/processes/terminate.ts';
import { killShell, launchShell, newRun, readAll, shellOptions, temporaryFolder } from './support.ts';

const FOREVER = 'exec tail -f /dev/null';
const NO_TOOL = { toolsOpenedSince: null };

describe('launching', () => {
  it('marks the process and all it starts', async () => {
    const run = await launchShell('sh -c "tail -f /dev/null; true" & exec tail -f /dev/null');
    await vi.waitFor(() => expect(programs(run)).toEqual(['sh', 'sh', 'tail', 'tail', 'tail']), 30_000);
  });

  it('happens once, whoever asks', async () => {
    const run = await launchShell(FOREVER);
    await expect(launch(run, shellOptions(FOREVER))).rejects.toMatchObject({ code: 'EEXIST' });
  });

  it('keeps its files to itself', async () => {
    const run = await launchShell('echo out; echo err >&2', { stdin: Buffer.from('in\n'), note: 'note' });
    await readAll(run);
    const names = await readdir(run.folder);
    const modes = await Promise.all(names.map(async (name) => [name, await modeOf(`${run.folder}/${name}`)]));
    expect(modes.filter(([name, mode]) => mode !== 0o600 && name !== 'pipe')).toEqual([]);
    expect(await modeOf(run.folder)).toBe(0o700);
  });

  it('reports a command that does not exist by its exit code', async () => {
    const run = await launchShell('', { command: '/does/not/exist', args: [] });
    expect(await readAll(run)).toEqual({ lines: [], end: { isOver: true, exitCode: 127 } });
  });
});

describe('identifying', () => {
  it('tells the stages of a run apart', async () => {
    const run = await newRun();
    expect(identify(run)).toEqual({ state: 'absent' });
    await mkdir(run.folder);
    expect(identify(run)).toEqual({ state: 'unstarted' });
    expect(await fence(run)).toBe(true);
    expect(identify(run)).toEqual({ state: 'absent' });
    await launch(run, shellOptions(FOREVER));
    await vi.waitFor(() => expect(identify(run)).toEqual({ state: 'running', pid: expect.any(Number) }));
    await kill(run, NO_TOOL);
    await vi.waitFor(() => expect(identify(run)).toEqual({ state: 'ended', exitCode: 137 }), 30_000);
  });

  it('is not fooled by another process with the same number', async () => {
    const run = await newRun();
    await mkdir(run.folder);
    await writeFile(filesOf(run).shim, `${process.pid}\n`);
    await writeFile(filesOf(run).pid, `${process.pid}\n`);
    expect(identify(run)).toEqual({ state: 'ended', exitCode: null });
  });

  it('does not fence a run whose shell came first', async () => {
    const run = await launchShell(FOREVER);
    await vi.waitFor(() => expect(programs(run)).toEqual(['sh', 'tail', 'tail']));
    expect(await fence(run)).toBe(false);
    expect(isAlive(run)).toBe(true);
  });

  it('does not disturb a run whose shell has only just come first', async () => {
    const run = await newRun();
    const { shim } = filesOf(run);
    const launching = launch(run, shellOptions('echo here; exit 3'));
    while (!existsSync(shim)) await setImmediate();
    while (!existsSync(filesOf(run).pid)) expect(await fence(run)).toBe(false);

    await launching;

    expect(await readAll(run)).toEqual({ lines: ['here'], end: { isOver: true, exitCode: 3 } });
  });

  it('lets a shell that comes after the fence give up', async () => {
    const run = await newRun();
    await mkdir(run.folder);
    await fence(run);
    expect(existsSync(run.folder)).toBe(false);
    expect(await readdir(dirname(run.folder))).toEqual([]);
  });
});

describe('what is left when the process has ended', () => {
  const hidden = 'env -i PATH="$PATH" sh -c "trap \\"\\" TERM; echo \\$\\$; exec tail -f /dev/null" &';

  it('is killed with an agent, as far as it is in its session, whatever its environment', async () => {
    const run = await launchShell(`${hidden} exec tail -f /dev/null`, { strays: {} });
    const pid = await firstNumber(run);
    await kill(run, NO_TOOL);
    await vi.waitFor(() => expect([findProcess(pid), isAlive(run)]).toEqual([null, false]), 30_000);
  });

  it('stays where a hook put it into the background', async () => {
    const run = await launchShell(`${hidden}`);
    const pid = await firstNumber(run);
    await vi.waitFor(() => expect(isAlive(run)).toBe(false), 30_000);
    expect(findProcess(pid)).not.toBeNull();
    process.kill(pid, 'SIGKILL');
  });

  it('is killed with all the rest when the folder of the run is gone', async () => {
    const run = await launchShell('setsid sh -c "tail -f /dev/null & wait"; tail -f /dev/null');
    await vi.waitUntil(() => processesOf(run).length > 3, 30_000);
    await rm(run.folder, { recursive: true });
    await clear(run);
    expect(processesOf(run)).toEqual([]);
  });

  it('is killed when the run is cleared away, unless a tool detached it', async () => {
    const script =
      'STRAY=1 setsid tail -f /dev/null & TOOL=1 setsid tail -F /dev/null & setsid tail -f /etc/hosts &';
    const strays = { with: ['STRAY'], without: ['TOOL'] };
    const run = await launchShell(`${script} read go`, { strays });
    await vi.waitFor(() => expect(detached(run)).toHaveLength(3), 30_000);
    await writeFile(filesOf(run).stdin, 'go\n', { flag: 'a' });
    await vi.waitFor(() => expect(isAlive(run)).toBe(false), 30_000);
    expect(processesOf(run)).toHaveLength(3);
    await clear(run);
    expect(processesOf(run).map(({ pid }) => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))).toEqual([
      'tail\0-F\0/dev/null\0',
    ]);
  });
});

async function firstNumber(run: Run): Promise<number> {
  return vi.waitFor(() => {
    const found = Number(/^\d+$/m.exec(readFileSync(filesOf(run).stdout, 'utf8'))?.[0]);
    expect(found).toBeGreaterThan(0);
    return found;
  }, 30_000);
}

describe('ending', () => {
  it('asks the process and lets it say how it ended', async () => {
    const run = await launchShell('trap "echo bye; exit 9" TERM; echo up; while :; do sleep 0.05; done');
    const lines: string[] = [];
    const { end } = await readAll(run, {
      onLine: ({ bytes }) => {
        lines.push(bytes.toString());
        if (lines.length === 1) terminate(run, NO_TOOL);
      },
    });
    expect({ last: lines.at(-1), end }).toEqual({ last: 'bye', end: { isOver: true, exitCode: 9 } });
  });

  it('kills a whole tree in its session and still learns the exit code', async () => {
    const run = await launchShell('sh -c "tail -f /dev/null; true" & exec tail -f /dev/null');
    await vi.waitFor(() => expect(processesOf(run)).toHaveLength(5), 30_000);
    await kill(run, NO_TOOL);
    expect((await readAll(run)).end).toEqual({ isOver: true, exitCode: 137 });
    await vi.waitFor(() => expect(processesOf(run)).toEqual([]), 30_000);
  });

  it('takes along what an open tool detached, and leaves a service of an earlier one', async () => {
    const run = await launchShell(
      'setsid tail -f /dev/null & echo service; read go; setsid tail -f /dev/null >/dev/null & echo tool; exec tail -f /dev/null',
    );
    await vi.waitFor(() => expect(detached(run)).toHaveLength(1), 30_000);
    const [service] = detached(run);
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(startedAt(service) + 100), 30_000);
    const toolsOpenedSince = Date.now();
    await writeFile(filesOf(run).stdin, 'go\n', { flag: 'a' });
    await vi.waitFor(() => expect(detached(run)).toHaveLength(2), 30_000);

    await killTools(run, { toolsOpenedSince });
    expect(detached(run)).toEqual([service]);
    expect(isAlive(run)).toBe(true);

    await kill(run, { toolsOpenedSince });
    expect(detached(run)).toEqual([service]);
    expect(isAlive(run)).toBe(false);
  });

  it('leaves what a service of an earlier tool starts while another is open', async () => {
    const pipe = join(await temporaryFolder(), 'go');
    const service = `mkfifo ${pipe}; read x <${pipe}; tail -f /dev/null; true`;
    const run = await launchShell(`setsid sh -c "${service}" & exec tail -f /dev/null`);
    await vi.waitFor(() => expect(existsSync(pipe)).toBe(true), 30_000);
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(startedAt(detached(run)[0]) + 100), 30_000);
    const toolsOpenedSince = Date.now();
    await writeFile(pipe, 'go\n');
    await vi.waitFor(() => expect(detached(run).map(programOf)).toEqual(['sh', 'tail']), 30_000);
    const all = detached(run);

    await killTools(run, { toolsOpenedSince });
    expect(detached(run)).toEqual(all);
  });
});

describe('sweeping', () => {
  it('kills and removes what nobody knows, and keeps what somebody does', async () => {
    const [known, unknown] = [await launchShell(FOREVER), await launchShell(FOREVER)];
    expect(await sweep(dirname(unknown.folder), new Set())).toEqual([unknown.id]);
    expect(await sweep(dirname(known.folder), new Set([known.id]))).toEqual([]);
    expect(processesOf(unknown)).toEqual([]);
    expect(existsSync(unknown.folder)).toBe(false);
    expect(isAlive(known)).toBe(true);
  });

  it('leaves a service of an unknown run that is over', async () => {
    const run = await launchShell('setsid tail -f /dev/null & exit 0');
    await vi.waitFor(() => expect(identify(run).state).toBe('ended'), 30_000);
    await vi.waitFor(() => expect(detached(run)).toHaveLength(1), 30_000);
    await sweep(dirname(run.folder), new Set());
    await vi.waitFor(() => expect(programs(run)).toEqual(['tail']), 30_000);
    expect(existsSync(run.folder)).toBe(false);
  });

  it('kills the helper of a shell that was killed with its process', async () => {
    const run = await launchShell(FOREVER);
    await killShell(run);
    await kill(run, NO_TOOL);
    await sweep(dirname(run.folder), new Set([run.id]));
    expect(processesOf(run)).toEqual([]);
  });

  it('kills what lost its folder', async () => {
    const run = await launchShell(FOREVER);
    await vi.waitFor(() => expect(programs(run)).toContain('tail'), 30_000);
    await rm(run.folder, { recursive: true });
    await sweep(dirname(run.folder), new Set([run.id]));
    expect(processesOf(run)).toEqual([]);
  });

  it('removes a start that never happened', async () => {
    const run = await newRun();
    await mkdir(run.folder);
    await discard(run);
    expect(await readdir(dirname(run.folder))).toEqual([]);
  });

  it('is cleared away whole, for whoever looks for it meanwhile', async () => {
    const run = await newRun();
    await mkdir(run.folder);
    const names = Array.from({ length: 1_000 }, (_, index) => String(index));
    for (const name of names) writeFileSync(join(run.folder, name), '');
    const seen = new Set<number>();
    const clearing = clear(run);
    while (existsSync(run.folder)) {
      seen.add(readdirSync(run.folder).length);
      await setImmediate();
    }
    await clearing;
    expect([...seen]).toEqual([names.length]);
    expect(await readdir(dirname(run.folder))).toEqual([]);
  });

  it('accepts that there is nothing to sweep', async () => {
    expect(await sweep(`/does/not/exist/${randomUUID()}`, new Set())).toEqual([]);
    await clear(createRun('/does/not/exist', randomUUID()));
  });
});

function programs(run: Run): string[] {
  return processesOf(run)
    .map(({ pid }) => programOf(pid))
    .toSorted();
}

function detached(run: Run) {
  return processesOf(run)
    .filter(({ session }) => session !== shimOf(run))
    .map(({ pid }) => pid);
}

function programOf(pid: number): string {
  return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
}

function startedAt(pid = 0): number {
  return startOfTicks() + (findProcess(pid)?.startTicks ?? 0) * MS_PER_TICK;
}

async function modeOf(file: string): Promise<number> {
  return (await stat(file)).mode & 0o777;
}
