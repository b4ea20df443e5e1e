import { randomUUID } from 'node:crypto';
import { watchClock } from './watch-clock.ts';
import { agentOptions } from './agent-options.ts';
import type { AgentDriver, OpenExecutor } from '../agents/agent.ts';
import { readGiven } from '../agents/process/recovery.ts';
import { createDrivers } from '../agents/registry.ts';
import { creationOf, draftChat } from '../chats/chats.ts';
import type { ChatRecord, EngineStateFile } from '../contract/records.ts';
import { EngineError } from '../errors.ts';
import { createMonolithClient, type MonolithClient } from '../control-plane/client.ts';
import { openArchive } from './open-archive.ts';
import { openCredentials, type Credentials } from './open-credentials.ts';
import { STATE_KEY, type Home } from './open-home.ts';
import { openHooks, type OpenedHooks } from './open-hooks.ts';
import { finishRestore } from './restore-home.ts';
import { openPreviews } from './open-previews.ts';
import type { Previews } from '../previews/previews.ts';
import { retireDamagedRuns } from '../processes/damaged-runs.ts';
import { sweep } from '../processes/sweep.ts';
import type { Recording } from './start-recording.ts';
import { toolEnvironment } from './start-workspace.ts';
import { originOf, startRoot, type Root } from './start-root.ts';
import { WorkspaceMove } from './workspace-move.ts';
import { isFullDisk } from '../storage/attempt.ts';
import { writeJson } from '../storage/json-file.ts';

export interface Actors {
  client: MonolithClient;
  credentials: Credentials;
  drivers: ReadonlyMap<string, AgentDriver>;
  executors: ReadonlyMap<string, OpenExecutor>;
  hooks: OpenedHooks;
  move: WorkspaceMove;
  previews: Previews;
  root: Root;
  /** Takes secrets out of what others print. */
  redact: (text: string) => string;
  /** Ends what is under way to the control plane. */
  signal: AbortSignal;
  stop(): void;
}

/** Starts the root machine with everything that it and those below it name. */
export async function startActors(home: Home, recording: Recording): Promise<Actors> {
  const { journal, paths, records } = home;
  const startedAt = new Date().toISOString();
  const given = await readGiven(paths.agents, home.log);
  await retireDamagedRuns(paths.agents, home.damages.report);
  await sweep(paths.agents, originOf(home).kind === 'restored' ? runsOf(records) : new Set());
  const goodbye = new AbortController();
  const client = createClient(home, goodbye.signal);
  const credentials = await openCredentials(home, client);
  const stopReviewing = credentials.watch();
  const redact = (text: string) => hooks.log.redact(text);
  const drivers = await createDrivers({ ...agentOptions(home, credentials, redact), given });
  const env = credentials.environment();
  const hooks = await openHooks(home, { env, workspace: recording.workspace });
  const { recorder } = recording;
  const previews = openPreviews(home, { recorder, redact });
  const executors = new Map<string, OpenExecutor>();
  const mirror = home.mirror?.connect(journal, {
    trimTo: () => laterOf(journal.oldestId, archivedId(root)),
    homeEpoch: home.lastEngine?.epoch ?? 0,
    archiveEpoch: async () => archive?.epoch() ?? 0,
    onClaimed: () => writeState(home, startedAt),
  });
  const move = new WorkspaceMove({ journal, mirror: home.mirror, root: () => root });
  const { signal } = goodbye;
  const epoch = () => home.mirror?.epoch ?? null;
  const archive = await openArchive(home, { drivers, recording, epoch, signal });
  const root: Root = startRoot(home, {
    drivers,
    executors,
    recorder,
    restoreRepositories: () =>
      finishRestore(home, {
        recorder,
        env: toolEnvironment(home),
        signal,
        loggedIn: () => credentials.board.settled('github'),
      }),
    hooks,
    credentials,
    outbox: home.outbox.connect({ client, ...recording }),
    move: move.actors(),
    mirror: mirror ?? null,
    onMoved: () => goodbye.abort(), // nothing is told upstream any more
    archive: archive?.actors ?? null,
  });
  if (isFirstStart(home)) createFirstChats(home, { root, drivers });
  if (!home.hasCheckpoint) await recording.saveCheckpoint();
  journal.onStorageChange((isLow) => root.actor.send({ type: isLow ? 'storage.low' : 'storage.recovered' }));
  if (journal.isStorageLow) root.actor.send({ type: 'storage.low' });
  await writeState(home, startedAt);
  const stopWatching = watchClock(() => {
    journal.newIncarnation();
    credentials.board.clockJumped();
  });
  const stop = () => {
    stopWatching();
    stopReviewing();
    hooks.bounds.close();
    previews.close();
    goodbye.abort();
  };
  return { client, credentials, drivers, executors, hooks, move, previews, redact, root, signal, stop };
}

export function createClient({ environment }: Home, signal: AbortSignal): MonolithClient {
  const { MONOLITH_URL: url, REPLICAS_ENGINE_SECRET: secret, WORKSPACE_ID: workspaceId } = environment;
  return createMonolithClient({ url, secret, workspaceId, signal });
}

/** What the archive has, the shared log need not keep. */
function archivedId({ archive }: Pick<Root, 'archive'>): string {
  return archive()?.getSnapshot().context.taken?.lastEventId ?? '';
}

function laterOf(one: string, other: string): string {
  return one > other ? one : other;
}

/** Processes that some chat may still attach to. */
function runsOf(records: ReadonlyMap<string, ChatRecord>): Set<string> {
  const runs = [...records.values()].flatMap(({ position, turn }) => [position?.runId, turn?.delivery.runId]);
  return new Set(runs.filter((run) => run !== undefined));
}

/** Of the home, or of what is left of it. */
function isFirstStart({ lastEngine, restored, damages, records }: Home): boolean {
  return (lastEngine === null && restored === null) || (damages.count > 0 && records.size === 0);
}

/** One chat per agent exists from the first start. */
function createFirstChats(
  { records }: Home,
  { root, drivers }: { root: Root; drivers: ReadonlyMap<string, AgentDriver> },
): void {
  const known = new Set([...records.values()].map(({ chat }) => chat.provider));
  for (const { provider, title } of drivers.values()) {
    if (known.has(provider)) continue;
    const chat = draftChat({ id: randomUUID(), provider, title, parentChatId: null });
    root.actor.send(creationOf(chat, {}));
  }
}

/** Writes down which engine this is, for the next one. A full disk keeps what the last one wrote where that says the same. */
async function writeState(home: Home, startedAt: string): Promise<void> {
  const { environment, store, journal, paths, log } = home;
  const epoch = epochOf(home);
  const value: EngineStateFile = {
    version: 1,
    workspaceId: environment.WORKSPACE_ID,
    incarnation: journal.headId.slice(-8),
    startedAt,
    ...(epoch !== undefined && { epoch }),
  };
  const write = () => writeJson(store.storage, { key: STATE_KEY, value });
  if ((await journal.tried()) && (await hasRoomFor(write))) return;
  if (!isSaid(home)) throw new EngineError('HOME_UNUSABLE', { home: paths.home, reason: 'its disk is full' });
  log.warn('the disk is full: what the last engine wrote down stays');
}

async function hasRoomFor(write: () => Promise<void>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (isFullDisk(error)) return false;
    throw error;
  }
}

/** Of which workspace this is the home, and in which epoch, the last engine has written down. */
function isSaid(home: Home): boolean {
  const { lastEngine, environment } = home;
  return lastEngine?.workspaceId === environment.WORKSPACE_ID && lastEngine.epoch === epochOf(home);
}

function epochOf({ mirror, lastEngine }: Home): number | undefined {
  return mirror?.epoch || lastEngine?.epoch;
}
