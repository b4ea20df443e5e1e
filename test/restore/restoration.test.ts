import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createActor, waitFor } from 'xstate';
import { restoreMachine } from '../../machines/restore.machine.ts';
import { createPaths, type Paths } from '../../src/environment/paths.ts';
import { Restoration, isToBeRestored } from '../../src/restore/restoration.ts';
import { MemoryLog } from '../support/memory-log.ts';
import { batchOf, idOf } from '../support/shared-log-conformance.ts';

let paths: Paths;
let log: MemoryLog;

beforeEach(async () => {
  const home = await mkdtemp(join(tmpdir(), 'restoration-'));
  onTestFinished(() => rm(home, { recursive: true }));
  paths = createPaths(home);
  await mkdir(paths.engine, { recursive: true });
  log = new MemoryLog();
});

/** What an engine on a machine that is gone mirrored: groups of two lines. */
async function mirror(...firsts: number[]): Promise<void> {
  const claim = await log.claim({ owner: 'old', epoch: 0, headId: null });
  if (claim.kind !== 'claimed') throw new Error(claim.kind);
  const holder = { owner: 'old', epoch: claim.epoch };
  for (const first of firsts) await log.append({ holder, afterId: null, batch: batchOf(first, 2) });
}

function startRestoring({ owner = 'new', segmentBytes = 1 << 20 } = {}) {
  const percents: number[] = [];
  const restoration = new Restoration({
    paths,
    owner,
    log,
    segmentBytes,
    onProgress: ({ percent }) => percents.push(percent),
  });
  const actor = createActor(
    restoreMachine.provide({ actors: restoration.actors(), delays: { backoff: 1 } }),
  ).start();
  return { actor, percents, over: () => waitFor(actor, ({ status }) => status !== 'active') };
}

const linesOf = (...firsts: number[]) => firsts.map((first) => String(batchOf(first, 2).lines)).join('');

describe('the log of a workspace, in an empty home', () => {
  it('is that of the shared log, byte by byte, and the home is marked as restored', async () => {
    await mirror(1, 3, 5);
    const { over, percents } = startRestoring();

    expect(await over()).toMatchObject({ value: 'restored', context: { epoch: 2 } });

    expect(await readFile(paths.events, 'utf8')).toBe(linesOf(1, 3, 5));
    expect((await readdir(paths.engine)).toSorted()).toEqual(['events.jsonl', 'restored.json']);
    expect(percents.at(-1)).toBe(100);
    expect(await isToBeRestored(paths)).toBe(false);
  });

  it('is in segments of the size they have', async () => {
    await mirror(1, 3, 5);

    await startRestoring({ segmentBytes: 1 }).over();

    expect((await readdir(paths.engine)).toSorted()).toEqual([
      `events-${idOf(1)}.jsonl`,
      `events-${idOf(3)}.jsonl`,
      'events.jsonl',
      'restored.json',
    ]);
    expect(await readFile(paths.events, 'utf8')).toBe(linesOf(5));
  });

  it('begins another segment behind what the shared log lacks', async () => {
    await mirror(1, 9);

    await startRestoring().over();

    expect(await readFile(join(paths.engine, `events-${idOf(1)}.jsonl`), 'utf8')).toBe(linesOf(1));
    expect(await readFile(paths.events, 'utf8')).toBe(linesOf(9));
  });

  it.each([1, 2, 3, 4, 5])('is there in the end when call %i to the shared log fails', async (failing) => {
    await mirror(1, 3);
    let calls = 0;
    log.obstacle = async () => {
      if ((calls += 1) === failing) throw new Error('It is away.');
    };

    await startRestoring().over();

    expect(await readFile(paths.events, 'utf8')).toBe(linesOf(1, 3));
  });

  it('begins anew where a killed engine had begun, whatever that left', async () => {
    await mirror(1, 3);
    await mkdir(join(paths.engine, 'restoring'));
    await writeFile(join(paths.engine, `events-${idOf(1)}.jsonl`), linesOf(1));
    expect(await isToBeRestored(paths)).toBe(true);

    await startRestoring().over();

    expect((await readdir(paths.engine)).toSorted()).toEqual(['events.jsonl', 'restored.json']);
    expect(await readFile(paths.events, 'utf8')).toBe(linesOf(1, 3));
  });

  it('is not placed when the shared log lacks what it says that it has', async () => {
    await mirror(1, 3);
    await log.trim({ holder: { owner: 'old', epoch: 1 }, before: 100 });
    const { actor } = startRestoring();

    const { context } = await waitFor(actor, ({ value }) => value === 'away');

    actor.stop();
    expect(context.reason).toContain(idOf(4));
    expect(existsSync(paths.events)).toBe(false);
  });
});

describe('two machines that restore one workspace', () => {
  it('leave it to the one that claimed it last', async () => {
    await mirror(1, 3);
    const first = startRestoring({ owner: 'one' });
    await waitFor(first.actor, ({ value }) => value === 'fetching');
    await log.claim({ owner: 'two', epoch: 0, headId: idOf(4) });

    expect(await first.over()).toMatchObject({ value: 'taken', context: { owner: 'two' } });
    expect(existsSync(paths.events)).toBe(false);
  });
});

it('nothing is done for a workspace that nobody had before', async () => {
  expect(await startRestoring().over()).toMatchObject({ value: 'nothingThere' });
  expect(await readdir(paths.engine)).toEqual([]);
});
