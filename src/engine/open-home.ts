import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import {
  EngineStateFileSchema,
  type ChatRecord,
  type ChatsFile,
  type EngineStateFile,
} from '../contract/records.ts';
import type { Boot } from '../contract/status.ts';
import type { EngineEnvironment } from '../environment/engine-env.ts';
import { EngineError } from '../errors.ts';
import { sequenceOf } from '../journal/event-id.ts';
import { openJournal, type Journal } from '../journal/journal.ts';
import type { Log } from '../log.ts';
import { openMirror } from './open-mirror.ts';
import { OpenedOutbox } from './open-outbox.ts';
import { restoreHome } from './restore-home.ts';
import type { Mirror } from '../mirror/mirror.ts';
import { readSettledId } from '../control-plane/outbox-file.ts';
import { createPaths, type Paths } from '../environment/paths.ts';
import { readCheckpoint } from '../journal/projection/checkpoint.ts';
import { DeletedChats } from '../journal/projection/deleted-chats.ts';
import { readHistoryEnds, type HistoryEnd } from '../journal/projection/history-end.ts';
import { History } from '../journal/projection/history.ts';
import { HooksState } from '../journal/projection/hooks-state.ts';
import { restoreRecords } from '../journal/projection/restore.ts';
import { WorkspaceBudget } from '../journal/projection/workspace-usage.ts';
import { retell } from '../journal/projection/retell.ts';
import { readRestored, type RestoredFile } from '../restore/restored-file.ts';
import { SaidBefore } from '../journal/projection/said-before.ts';
import { createEngineStorage, type EngineStorage } from '../storage/atomic-files.ts';
import { DamageReports } from '../storage/damage-reports.ts';
import { HomeLockedError, HomeUnlockableError, lockHome, type HomeLock } from '../storage/home-lock.ts';
import { readJson } from '../storage/json-file.ts';
import { makeWayForFile, makeWayForFolder } from '../storage/make-way.ts';
import { createPayloads, type Payloads } from '../storage/payloads.ts';
import type { OnDamage } from '../storage/set-aside.ts';

/** A workspace's home, locked, repaired and read. */
export interface Home {
  environment: EngineEnvironment;
  log: Log;
  paths: Paths;
  lock: HomeLock;
  store: EngineStorage;
  journal: Journal;
  history: History;
  payloads: Payloads;
  records: Map<string, ChatRecord>;
  deleted: DeletedChats;
  saidBefore: SaidBefore;
  budget: WorkspaceBudget;
  /** Whether there is a `chats.json` that can be read. */
  hasCheckpoint: boolean;
  hooks: HooksState;
  outbox: OpenedOutbox;
  /** Null without a shared log. */
  mirror: Mirror | null;
  /** What the last engine of this home was; null for the first one. */
  lastEngine: EngineStateFile | null;
  /** The home was copied from another workspace: whatever runs there is not ours. */
  isCopy: boolean;
  /** How it came here from another machine, as long as the engine has not gone on from there. */
  restored: RestoredFile | null;
  /** Told of what could not be read and was set aside. */
  damages: DamageReports;
}

export interface OpenHomeOptions {
  environment: EngineEnvironment;
  log: Log;
  onFatal: (error: unknown) => void;
  /** Told how far a workspace is that comes here from another machine. */
  onRestore?: ((boot: Boot) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export const STATE_KEY = 'engine-state.json';

/**
 * @throws {EngineError} `HOME_IN_USE`, after ten seconds, when another engine runs in this home; `WORKSPACE_MOVED` when
 * another one claimed the workspace while it was restored.
 */
export async function openHome({ environment, log, onFatal, ...rest }: OpenHomeOptions): Promise<Home> {
  const paths = createPaths(environment.WORKSPACE_HOME);
  const damages = new DamageReports((damage) => log.error({ ...damage }, 'a damaged file was set aside'));
  const onDamage = damages.report;
  const lock = await takeLock(paths, onDamage);
  await furnish(paths, onDamage);
  const store = createEngineStorage({ base: paths.replicas, onDamage });
  await store.files.sweep(['', 'engine', 'engine:payloads']);
  const mirror = await openMirror(environment, log);
  await restoreHome(paths, { environment, log, mirror, ...rest });
  const restored = await readRestored(store, onDamage);
  const file = await readCheckpoint(store, onDamage);
  const lastEngine = await readJson(store, { key: STATE_KEY, schema: EngineStateFileSchema, onDamage });
  const isCopy = lastEngine !== null && lastEngine.workspaceId !== environment.WORKSPACE_ID;
  const hasCheckpoint = existsSync(paths.chats);
  const ends = await readHistoryEnds(file?.chats ?? null, paths);
  const opened = await openLog({ environment, log, onFatal, store, file, ends, isCopy, mirror, onDamage });
  const bootId = readBootId();
  const hooks = new HooksState(bootId, file?.hooks);
  const deleted = new DeletedChats(file?.deletedChats, file?.deletedUsage);
  const budget = new WorkspaceBudget(file?.workspaceLimits);
  const { records, until } = await restoreRecords({ file, ...opened, hooks, deleted, budget });
  const saidBefore = new SaidBefore();
  for (const end of ends) await saidBefore.note(records.get(end.chatId), { ...end, after: until });
  if (isCopy) await disownRuns(paths);
  return {
    environment,
    log,
    paths,
    lock,
    store,
    ...opened,
    payloads: createPayloads(store, 'engine:payloads'),
    records,
    deleted,
    saidBefore,
    budget,
    hasCheckpoint,
    mirror,
    hooks: isCopy || restored !== null ? new HooksState(bootId) : hooks,
    lastEngine,
    isCopy,
    restored,
    damages,
  };
}

interface OpenLogOptions extends OpenHomeOptions {
  store: EngineStorage;
  file: ChatsFile | null;
  ends: readonly HistoryEnd[];
  isCopy: boolean;
  mirror: Mirror | null;
  onDamage: OnDamage;
}

/** The journal with what reads it: before it drops a segment, both have what they need of it. */
async function openLog(options: OpenLogOptions): Promise<Pick<Home, 'journal' | 'history' | 'outbox'>> {
  const { environment, log, onFatal, store, file, ends, isCopy, mirror, onDamage } = options;
  const settledId = await readSettledId(store, onDamage);
  const journal = await openJournal({
    files: store.files,
    folder: 'engine',
    eventLogBytes: environment.EVENT_LOG_BYTES,
    minimumSequence: newestOf([file?.watermark, settledId, ...ends.map(({ lastId }) => lastId)]),
    beforeDrop: async () => void (await Promise.all([history.sync(), outbox.save()])),
    owed: {
      from: () => firstOf(outbox.owedFrom, mirror?.owedFrom ?? null),
      giveUp: (lastSequence) => outbox.giveUp(lastSequence),
    },
    onDamage,
    onTrouble: (error) => log.warn({ err: error }, 'the event log met something that it goes on from'),
    onFatal,
  });
  const history = new History({
    files: store.files,
    folder: 'engine:history',
    replayedUntil: journal.committedId,
    marks: file?.histories,
    retell: (chatId) => retell(journal, chatId),
    onDamage,
    onTrouble: (error) => log.error({ err: error }, 'a history cannot be opened and is tried again'),
    onFatal,
  });
  const outbox: OpenedOutbox = new OpenedOutbox({
    store,
    journal,
    settledId: isCopy ? journal.committedId : settledId,
    workspaceId: environment.WORKSPACE_ID,
    log,
  });
  return { journal, history, outbox };
}

/** The highest sequence that was given to a line, as far as anything but the log knows. */
function newestOf(ids: readonly (string | null | undefined)[]): number {
  return Math.max(0, ...ids.map((id) => (id ? sequenceOf(id) : 0)));
}

function firstOf(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}

/** The folders of a home, with nothing else in their places. */
async function furnish(paths: Paths, onDamage: OnDamage): Promise<void> {
  const plans = paths.plans.filter(({ source }) => source === 'replicas').map(({ folder }) => folder);
  const { home: below, workspaces, history, payloads, agents, hooks, hookTests } = paths;
  await makeWayForFolder(workspaces, { below, onDamage, mode: 0o777 });
  for (const folder of [history, payloads, agents, hooks, hookTests, ...plans])
    await makeWayForFolder(folder, { below, onDamage });
}

/** What runs there is that of the original. */
async function disownRuns({ agents, hooks }: Paths): Promise<void> {
  for (const runs of [agents, hooks]) {
    await rm(runs, { recursive: true, force: true });
    await mkdir(runs, { mode: 0o700 });
  }
}

async function takeLock(paths: Paths, onDamage: OnDamage): Promise<HomeLock> {
  await makeWayForFile(paths.lock, { below: paths.home, onDamage });
  try {
    return await lockHome(paths.lock);
  } catch (error) {
    const { home } = paths;
    if (error instanceof HomeLockedError)
      throw new EngineError('HOME_IN_USE', { home, holder: error.holder }, { cause: error });
    if (error instanceof HomeUnlockableError)
      throw new EngineError('HOME_UNLOCKABLE', { home, reason: error.message }, { cause: error });
    throw error;
  }
}

/**
 * Names this boot of the VM or container. The kernel's id alone is not enough: a container that is woken keeps that of
 * its host, but its first process is a new one.
 */
function readBootId(): string {
  const kernel = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const stat = readFileSync('/proc/1/stat', 'utf8');
  const startOfFirstProcess = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  return `${kernel}-${startOfFirstProcess}`;
}
