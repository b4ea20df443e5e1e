import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import type { EngineEvent } from '../../../src/contract/events.ts';
import { createPaths } from '../../../src/environment/paths.ts';
import { createGate } from '../../support/gate.ts';
import { say } from '../../../src/dev/scripted-steps.ts';
import { expectExactlyOneEnd, expectNoGap } from '../../support/assertions.ts';
import { launchEngine, type EngineProcess } from '../../support/engine-process.ts';
import { findFreePort } from '../../support/free-port.ts';
import { startRedis, type RedisServer } from '../../support/redis-server.ts';
import { startS3, type S3Server } from '../../support/s3-server.ts';
import { createRepository, git, write } from '../../workspace/git-fixture.ts';
import { configureCodex } from '../agents/codex-support.ts';
import { createChat, startMixedWorkspace, type MixedWorkspace } from '../agents/mixed-workspace.ts';
import { anotherMachine, isMirrored, loseMachine } from './lose-machine.ts';

/** `RESTORE_ROUNDS=100` is the long form: so many with an archive in S3, and so many with one in a folder. */
const LONG = process.env['RESTORE_ROUNDS'];
const ROUNDS = Number(LONG ?? 1);
const POLL = { timeout: 60_000, interval: 50 };

let redis: RedisServer;
let s3: S3Server;
let folder: string;

beforeEach(async () => {
  redis = await startRedis();
  onTestFinished(() => redis.remove());
  s3 = await startS3();
  onTestFinished(() => s3.close());
  folder = await mkdtemp(join(tmpdir(), 'archive-'));
  onTestFinished(() => rm(folder, { recursive: true }));
});

const inS3 = () => ({
  ARCHIVE_URL: `s3://${s3.bucket}/rounds`,
  AWS_ENDPOINT_URL: s3.access.endpoint,
  AWS_ACCESS_KEY_ID: s3.access.accessKeyId,
  AWS_SECRET_ACCESS_KEY: s3.access.secretAccessKey,
});
const inFolder = () => ({ ARCHIVE_URL: `file://${folder}` });
const PLACES = { S3: inS3, ...(LONG !== undefined && { 'a folder': inFolder }) };

it.each(Object.entries(PLACES))(
  `a workspace with an archive in %s, two agents, turns that run, a queue and changed files loses its machine ${ROUNDS} times, and nothing else, also where engines die while they restore it or another one restores it too`,
  { timeout: 120_000 + ROUNDS * 60_000 },
  async (_, archive) => {
    const gate = createGate();
    const workspace = await startMixedWorkspace({
      turn: () => (prompt) =>
        prompt.includes('slow') ? say('begun ', gate, 'ended') : say(`You said: ${prompt}`),
      environment: {
        REPLICA_LOG_URL: redis.url,
        REPLICA_ACCEPT: 'mirrored',
        ...archive(),
        ACP_AGENTS: undefined,
      },
    });
    const { client } = workspace;
    const chats = [
      workspace.chatId,
      await client.firstChat('codex'),
      await createChat(client, 'claude'),
    ] as const;
    createRepository(join(workspace.folder, 'repo'));
    const stream = await client.follow({ after: 'start', resume: true });
    const detailed = await client.follow({ partial: true, types: ['chat.turn.partial'], resume: true });
    const sent: string[] = [];
    const send = async (chatId: string, text: string) => {
      const messageId = `${chatId} ${text}`;
      sent.push(messageId);
      return client.send(chatId, text, { messageId });
    };

    for (let round = 1; round <= ROUNDS; round += 1) {
      await changeFiles(workspace, round);
      for (const chatId of chats.slice(0, 2)) await stream.waitForEnd(await send(chatId, `word-${round}`));
      await isArchived(workspace, stream.events);
      const slow = await Promise.all(chats.map((chatId) => send(chatId, `slow ${round}`)));
      const queued = await send(chats[2], `queued ${round}`);
      for (const messageId of slow) await detailed.waitFor(isPartOf(messageId)); // nothing comes behind it until the gate opens
      await isMirrored(workspace);
      const before = await filesOf(workspace);

      await loseMachine(workspace, workspace.home);
      await provision(workspace);
      const rival = round % 5 === 1 ? await pauseRival(workspace) : undefined;
      for (const phase of rival ? PHASES : [PHASES[round % PHASES.length]!]) await dieIn(phase, workspace);
      await workspace.start();
      if (rival) {
        process.kill(rival.pid, 'SIGCONT');
        expect(await rival.exited).toEqual({ code: 76, signal: null });
      }

      for (const messageId of slow)
        expect(await stream.waitForEnd(messageId)).toMatchObject({ payload: { outcome: 'lost' } });
      expect(await stream.waitForEnd(queued)).toMatchObject({ payload: { outcome: 'completed' } });
      expect(await filesOf(workspace)).toEqual(before);
      for (const chatId of chats.slice(0, 2)) await stream.waitForEnd(await send(chatId, `again ${round}`));
      for (let word = 1; word <= round; word += 1) {
        expect(JSON.stringify(workspace.model.messages().findLast(isAbout(`again ${round}`)))).toContain(
          `word-${word}`,
        );
        expect(JSON.stringify(workspace.responses.requests.findLast(isAbout(`again ${round}`)))).toContain(
          `word-${word}`,
        );
      }
    }

    expectExactlyOneEnd(stream.events, sent);
    expectNoGap(stream.events);
    expect(stream.events.filter(({ type }) => type === 'stream.reset')).toEqual([]);
    expect(stream.events.filter(({ type }) => type === 'error').map(({ payload }) => payload)).toEqual([]);
  },
);

async function changeFiles({ folder }: MixedWorkspace, round: number): Promise<void> {
  write(join(folder, 'repo'), { 'kept.txt': `changed in round ${round}`, [`new-${round}.txt`]: 'untracked' });
  if (round % 2 === 0) git(join(folder, 'repo'), 'add', `new-${round}.txt`);
}

async function filesOf({ folder }: MixedWorkspace) {
  const repo = join(folder, 'repo');
  await expect.poll(() => git(repo, 'status', '--porcelain'), POLL).not.toBe('');
  return { status: git(repo, 'status', '--porcelain'), kept: await readFile(join(repo, 'kept.txt'), 'utf8') };
}

/** Everything up to the last event that has come is in the archive. */
async function isArchived({ client }: MixedWorkspace, events: readonly EngineEvent[]): Promise<void> {
  const lastId = events.at(-1)!.id;
  await expect
    .poll(async () => {
      const { body } = await client.get<{ archive: { lastEventId: string | null } }>('/status');
      return (body.archive.lastEventId ?? '') >= lastId;
    }, POLL)
    .toBe(true);
}

/** What every machine has before an engine starts there. */
async function provision({ home, environment, responses }: MixedWorkspace): Promise<void> {
  await mkdir(home, { recursive: true });
  await writeFile(environment['CLOUD_INIT_OUTPUT_LOG']!, 'done\n');
  await configureCodex(home, responses, { more: [] });
}

type Phase = (has: (name: string) => boolean) => boolean;

const isFetching: Phase = (has) => has('restoring') || has('events.jsonl');

/** What is in the folder of an engine from when on it claims the workspace, fetches it, places it, and has it whole. */
const PHASES: Phase[] = [
  (has) => has('lock'),
  isFetching,
  (has) => has('events.jsonl'),
  (has) => has('events.jsonl') && !has('restoring'),
];

async function isIn(phase: Phase, home: string): Promise<void> {
  const { engine } = createPaths(home);
  const isThere = () => phase((name) => existsSync(join(engine, name)));
  await expect.poll(isThere, { ...POLL, interval: 1 }).toBe(true);
}

/** SIGKILL in the middle of a restore. */
async function dieIn(phase: Phase, { environment, home }: MixedWorkspace): Promise<void> {
  const engine = launchEngine(environment);
  await isIn(phase, home).finally(() => engine.end('SIGKILL'));
}

/** Another machine that restores the workspace as well, and is paused while it fetches: whoever claims later has it. */
async function pauseRival({ environment }: MixedWorkspace): Promise<EngineProcess> {
  const elsewhere = await anotherMachine();
  const rival = launchEngine({ ...environment, ...elsewhere, PORT: String(await findFreePort()) });
  onTestFinished(async () => void (await rival.end('SIGKILL')));
  await isIn(isFetching, elsewhere.WORKSPACE_HOME);
  process.kill(rival.pid, 'SIGSTOP');
  return rival;
}

const isPartOf = (messageId: string) => (event: EngineEvent) =>
  event.type === 'chat.turn.partial' && event.payload.messageId === messageId;

const isAbout = (text: string) => (request: unknown) => JSON.stringify(request).includes(text);
