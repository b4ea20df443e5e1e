import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createActor } from 'xstate';
import { mirrorMachine } from '../../../machines/mirror.machine.ts';
import { sequenceOf } from '../../../src/journal/event-id.ts';
import { openFleet } from '../../../src/fleet/fleet.ts';
import { openJournal, type Journal } from '../../../src/journal/journal.ts';
import { createLog } from '../../../src/log.ts';
import { keysOf } from '../../../src/mirror/keys.ts';
import { Mirror } from '../../../src/mirror/mirror.ts';
import { RedisLog } from '../../../src/mirror/redis-log.ts';
import { createEngineStorage } from '../../../src/storage/atomic-files.ts';
import { delta } from '../../journal/open-test-journal.ts';
import { createRandom, pick } from '../../support/random.ts';
import { startRedis, type RedisServer } from '../../support/redis-server.ts';
import { batchOf } from '../../support/shared-log-conformance.ts';

/** `MIRROR_KILLS=50 MIRROR_CLAIMS=5000 MIRROR_AWAY=600000` is the long form. */
const KILLS = Number(process.env['MIRROR_KILLS'] ?? 3);
const CLAIMS = Number(process.env['MIRROR_CLAIMS'] ?? 100);
const AWAY = Number(process.env['MIRROR_AWAY'] ?? 6_000);
const TIMEOUT = 180_000 + KILLS * 20_000 + CLAIMS * 100;
const POLL = { timeout: 60_000, interval: 20 };

let redis: RedisServer;

beforeEach(async () => {
  redis = await startRedis();
  onTestFinished(() => redis.remove());
});

function openLog(workspaceId: string): RedisLog {
  const log = new RedisLog({ address: redis.address, workspaceId, feedEvents: 10_000_000 });
  onTestFinished(() => log.close());
  return log;
}

/** A journal that something is written to all the time, mirrored as an engine does it. */
async function startMirroring(workspaceId: string) {
  const folder = await mkdtemp(join(tmpdir(), 'mirror-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const fail = (error: unknown) => expect.unreachable(String(error));
  const { files } = createEngineStorage({ base: folder });
  const journal = await openJournal({ files, folder: 'engine', onDamage: fail, onFatal: fail });
  const report = createLog({ level: 'silent', secrets: [] });
  const mirror = new Mirror({ log: openLog(workspaceId), owner: 'the engine', report });
  const actor = createActor(
    mirrorMachine.provide({ actors: mirror.connect(journal), delays: { backoff: 20 } }),
  ).start();
  const writing = setInterval(() => appendSome(journal), 2);
  onTestFinished(async () => {
    clearInterval(writing);
    actor.stop();
    mirror.close();
    await journal.close();
  });
  return {
    journal,
    mirror,
    stopWriting: () => clearInterval(writing),
    file: join(folder, 'engine', 'events.jsonl'),
  };
}

function appendSome(journal: Journal): void {
  journal.append([delta('one'), delta('group')], { sync: false });
  journal.append([delta('x'.repeat(1_000))], { sync: false });
}

async function fedEvents(): Promise<number> {
  const fleet = openFleet(redis.url);
  const feeds = await fleet.status();
  fleet.close();
  return feeds.reduce((sum, { events }) => sum + events, 0);
}

describe('a Redis that is killed under load', () => {
  it(
    `has lost nothing that it acknowledged and nothing twice, ${KILLS} times over`,
    { timeout: TIMEOUT },
    async () => {
      const { journal, mirror, stopWriting, file } = await startMirroring('killed');
      const log = openLog('killed');
      for (let kill = 0; kill < KILLS; kill += 1) {
        const before = sequenceOf(mirror.copiedId ?? '0');
        await expect.poll(() => sequenceOf(mirror.copiedId ?? '0'), POLL).toBeGreaterThan(before + 300);
        await redis.kill();
        const acknowledged = mirror.copiedId ?? '';
        await redis.start();
        const head = await log.head().catch(() => log.head()); // the first one finds that the connection is gone
        expect(head!.headId! >= acknowledged).toBe(true);
      }
      stopWriting();
      await journal.committed();
      await expect.poll(() => mirror.copiedId, POLL).toBe(journal.committedId);

      const batches = await log.read({ after: 0, limit: 1_000_000 });
      const written = await readFile(file, 'utf8');
      expect(Buffer.concat(batches.map(({ lines }) => lines)).toString() === written).toBe(true);
      expect(await fedEvents()).toBe(sequenceOf(journal.committedId));
    },
  );
});

describe('a Redis that is away for long', () => {
  it(`gets ${AWAY} events when it is back, in order`, { timeout: TIMEOUT + AWAY }, async () => {
    const { journal, mirror, stopWriting } = await startMirroring('away');
    await expect.poll(() => sequenceOf(mirror.copiedId ?? '0'), POLL).toBeGreaterThan(100);
    await redis.kill();
    stopWriting();
    for (let events = 0; events < AWAY; events += 3) {
      appendSome(journal);
      if (events % 600 === 0) await journal.committed();
    }
    await journal.committed();
    await redis.start();

    await expect.poll(() => mirror.copiedId, { timeout: 120_000 }).toBe(journal.committedId);

    expect(await mirroredDigest(openLog('away'))).toBe(await writtenDigest(journal));
  });
});

async function mirroredDigest(log: RedisLog): Promise<string> {
  const digest = createHash('sha256');
  for (let after = 0; ;) {
    const [batch] = await log.read({ after, limit: 1 });
    if (batch === undefined) return digest.digest('hex');
    digest.update(batch.lines);
    after = sequenceOf(batch.id);
  }
}

async function writtenDigest(journal: Journal): Promise<string> {
  const digest = createHash('sha256');
  const reader = journal.readAfter(journal.startId);
  for (let block = await reader.read(); block !== null; block = await reader.read()) digest.update(block);
  await reader.close();
  return digest.digest('hex');
}

describe('engines that claim one log at random', () => {
  it(`never write in one epoch both, ${CLAIMS} claims over`, { timeout: TIMEOUT }, async () => {
    const random = createRandom(CLAIMS);
    const logs = [openLog('contested'), openLog('contested')];
    const epochs: number[] = [];
    const engines = logs.map((log) => ({ log, holder: { owner: '', epoch: 0 } }));
    let claims = 0;
    while (claims < CLAIMS) {
      const engine = pick(random, engines);
      const headId = (await engine.log.head())?.headId ?? null;
      if (random() < 0.3) {
        const owner = `engine ${(claims += 1)}`;
        const claim = await engine.log.claim({ owner, epoch: 0, headId });
        if (claim.kind === 'claimed') engine.holder = { owner, epoch: claim.epoch };
        continue;
      }
      const batch = batchOf(sequenceOf(headId ?? '0') + 1);
      const racing = engines.map(({ log, holder }) => log.append({ holder, afterId: headId, batch }));
      const taken = (await Promise.all(racing)).flatMap((isTaken, index) =>
        isTaken ? [engines[index]!] : [],
      );
      expect(taken.length).toBeLessThanOrEqual(1);
      epochs.push(...taken.map(({ holder }) => holder.epoch));
    }

    expect(epochs).toEqual(epochs.toSorted((one, other) => one - other));
    expect(epochs.length).toBe((await logs[0]!.read({ after: 0, limit: 1_000_000 })).length);
  });
});

describe('a replica that is promoted without the last of what was written', () => {
  it('gets from the engine what it lacks, the claim included', { timeout: TIMEOUT }, async () => {
    const replica = await startRedis('--replicaof', `127.0.0.1 ${redis.port}`);
    onTestFinished(() => replica.remove());
    const owner = { owner: 'a', epoch: 0, headId: null };
    const log = openLog('promoted');
    const claim = await log.claim(owner);
    await expect.poll(() => replica.ask('EXISTS', keysOf('promoted').holder), POLL).toBe('1');
    await replica.ask('REPLICAOF', 'NO', 'ONE'); // from here on it hears nothing
    await log.append({ holder: { owner: 'a', epoch: 1 }, afterId: null, batch: batchOf(1) });
    const promoted = new RedisLog({ address: replica.address, workspaceId: 'promoted', feedEvents: 1000 });
    onTestFinished(() => promoted.close());

    expect(claim).toEqual({ kind: 'claimed', epoch: 1, headId: null });
    expect(
      await promoted.append({
        holder: { owner: 'a', epoch: 1 },
        afterId: batchOf(1).id,
        batch: batchOf(2),
      }),
    ).toBe(false);
    expect(await promoted.claim({ ...owner, epoch: 1 })).toEqual({ kind: 'claimed', epoch: 1, headId: null });
    const again = { holder: { owner: 'a', epoch: 1 }, afterId: null, batch: batchOf(1, 1, 1) };
    expect(await promoted.append(again)).toBe(true);
  });
});
