import { createThrottle } from '../hooks/throttle.ts';
import { Hub } from '../journal/hub.ts';
import { Metrics } from '../metrics/metrics.ts';
import type { Home } from './open-home.ts';
import { BootStatus } from '../journal/projection/boot-status.ts';
import { Checkpoint } from '../journal/projection/checkpoint.ts';
import { Counters } from '../journal/projection/counters.ts';
import { Recorder, type Delta } from '../journal/projection/recorder.ts';
import { monotonicClock } from '../journal/projection/turn-end.ts';
import { startWorkspace, type Workspace } from './start-workspace.ts';

/** What is said in an engine, and who is told of it. */
export interface Recording {
  hub: Hub;
  metrics: Metrics;
  recorder: Recorder;
  boot: BootStatus;
  workspace: Workspace;
  counters: Counters;
  saveCheckpoint(): Promise<void>;
  /** Called when a turn has ended, or boot: something is as it will be for a while. */
  onRest(listener: () => void): () => void;
  stop(): void;
}

/** How long readers that come and go are gathered before all are told, in milliseconds: longer, the more there are to tell. */
const gatherMs = (readers: number) => Math.max(250, readers / 4);

/** Begins to write down what is said, and what the workspace says first. */
export async function startRecording(home: Home): Promise<Recording> {
  const { environment, log, journal, records, hooks, damages } = home;
  const hub = new Hub(journal);
  const metrics = new Metrics();
  const boot = new BootStatus(environment, log);
  const listeners = new Set<() => void>();
  const onRest = () => {
    workspace.turnEnded();
    for (const listener of listeners) listener();
  };
  const recorder = createRecorder(home, { boot, metrics, onRest });
  const startHooksCompleted = (repoName: string) => hooks.isCompleted(repoName);
  const workspace = await startWorkspace(home, { recorder, startHooksCompleted });
  hooks.onCompleted = () => workspace.repositories.announce();
  const counted = () => ({
    ...workspace.counted(),
    activeSseClients: hub.clients,
    hooksRunning: hooks.isRunning,
  });
  const counters = new Counters({ records, counted });
  recorder.countersChange = counters.takeChange;
  const readers = createThrottle(
    () => gatherMs(hub.clients),
    () => recorder.tellCounters(),
  );
  hub.onClientsChange(() => readers.ring());
  damages.tellTo((damage) => recorder.tell('home', { type: 'file.damaged', damage }));
  const saveCheckpoint = keepCheckpoint(home);
  return {
    hub,
    metrics,
    recorder,
    boot,
    workspace,
    counters,
    saveCheckpoint,
    onRest(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: () => readers.stop(),
  };
}

/** History is a projection: an event enters it when the journal has it on disk. */
function createRecorder(
  { journal, history, records, deleted, saidBefore, budget, hooks, outbox }: Home,
  { boot, metrics, onRest }: Pick<Recording, 'boot' | 'metrics'> & { onRest: () => void },
): Recorder {
  const uncommitted: Delta[] = [];
  journal.onCommit(() => {
    const { committedId } = journal;
    const count = uncommitted.findIndex(({ id }) => id > committedId);
    for (const delta of uncommitted.splice(0, count === -1 ? uncommitted.length : count)) {
      history.append(delta.chatId, delta.id, [delta.event]);
    }
  });
  return new Recorder({
    append: (entries, options) => {
      metrics.observe(entries);
      if (entries.some(({ type }) => type === 'chat.turn.completed' || type === 'engine.ready')) onRest();
      const lastId = journal.append(entries, options);
      outbox.note(entries, lastId);
      return lastId;
    },
    onDelta: (delta) => uncommitted.push(delta),
    now: () => new Date(),
    clock: monotonicClock(hooks.bootId),
    records,
    deleted,
    saidBefore,
    budget,
    hooks,
    boot,
  });
}

/** Writes one as the journal grows; the returned function writes one now. */
function keepCheckpoint(home: Home): () => Promise<void> {
  const { environment, log } = home;
  const checkpoint = new Checkpoint({
    ...home,
    isWritten: home.hasCheckpoint,
    everyBytes: environment.EVENT_LOG_BYTES / 16,
    onError: (error) => log.warn({ err: error }, 'the checkpoint failed and is tried again'),
  });
  home.journal.onCommit(({ bytes }) => checkpoint.schedule(bytes.length));
  return () =>
    checkpoint.write().catch((error: unknown) => log.error({ err: error }, 'the checkpoint failed'));
}
