import { existsSync } from 'node:fs';
import { ChatCommands } from '../chats/chats.ts';
import { Gate } from '../chats/gate.ts';
import { HookCommands } from '../hooks/commands.ts';
import { Messages } from '../chats/messages.ts';
import { ChatOffers } from '../chats/offers.ts';
import { Tasks } from '../chats/tasks.ts';
import { EngineError } from '../errors.ts';
import type { Boot, Health } from '../contract/status.ts';
import { createGauges } from './create-gauges.ts';
import { createEnvironmentView } from './describe-environment.ts';
import type { EngineEnvironment } from '../environment/engine-env.ts';
import type { Engine, RunningEngine } from '../server/engine.ts';
import { keepBeating } from '../control-plane/heartbeat.ts';
import { createImageFetcher } from '../chats/fetch-image.ts';
import type { Log } from '../log.ts';
import { openHome, type Home } from './open-home.ts';
import { archiveStatus } from './open-archive.ts';
import { mirrorStatus } from './open-mirror.ts';
import { openTracing } from './open-tracing.ts';
import { openInspection, type Inspection } from './open-inspection.ts';
import { searchableWords } from './searchable-words.ts';
import { workspaceUsage } from '../journal/projection/workspace-usage.ts';
import { createDeferred } from '../storage/deferred.ts';
import { startActors, type Actors } from './start-actors.ts';
import { startRecording, type Recording } from './start-recording.ts';
import type { Tracing } from '../tracing/tracing.ts';

export interface StartEngineOptions {
  environment: EngineEnvironment;
  log: Log;
  version: string;
  /** Told how far a workspace is that comes here from another machine. */
  onRestore?: ((boot: Boot) => void) | undefined;
  /** Ends a restoration that nobody wants any more. */
  signal?: AbortSignal | undefined;
}

/** The composition root: opens the home, starts its actors, and answers commands. */
export async function startEngine(options: StartEngineOptions): Promise<RunningEngine> {
  const { environment, log, onRestore, signal } = options;
  const failure = createDeferred<never>();
  failure.promise.catch(() => undefined); // whoever runs the engine listens for it too
  const home = await openHome({ environment, log, onFatal: failure.reject, onRestore, signal });
  const tracing = await openTracing(home, options.version);
  const recording = await startRecording(home);
  const actors = await startActors(home, recording);
  const inspection = openInspection(actors.root.actor, home);
  let leaving: Promise<void> | undefined;
  const parts = { home, tracing, recording, actors, inspection, isStopping: () => leaving !== undefined };
  void actors.root.ended().then(async () => {
    const owner = home.mirror?.movedTo?.owner;
    if (owner === undefined || actors.move.isOver) return;
    await (leaving ??= leave(parts, 'engine.drain'));
    failure.reject(new EngineError('WORKSPACE_MOVED', { owner }));
  });
  const engine = createEngine(parts, options.version);
  void keepBeating({
    workspaceId: environment.WORKSPACE_ID,
    everyMs: environment.HEARTBEAT_MS,
    beat: (heartbeat) => actors.client.beat(heartbeat),
    health: () => engine.health(),
    status: () => recording.counters.read(),
    outbox: home.outbox,
    signal: actors.signal,
  });
  return {
    ...engine,
    stop: () => (leaving ??= leave(parts, 'engine.drain')),
    handOver: () => (leaving ??= leave(parts, 'engine.handOver')),
    moved: actors.root.moved(),
    failed: failure.promise,
  };
}

interface Parts {
  home: Home;
  tracing: Tracing | null;
  recording: Recording;
  actors: Actors;
  inspection: Inspection;
  isStopping: () => boolean;
}

function createEngine(parts: Parts, version: string): Engine {
  const { home, recording, actors, inspection } = parts;
  const { root, credentials, hooks } = actors;
  const { hub, metrics, recorder, boot, workspace, counters } = recording;
  const { environment, mirror } = home;
  const gate = createGate(parts);
  const gauges = createGauges(home, { hub, counters, logins: credentials.logins, root });
  const health = (): Health => ({
    status: existsSync(environment.CLOUD_INIT_OUTPUT_LOG) ? 'ok' : 'initializing',
    version,
    boot: boot.read(),
  });
  const usage = () =>
    gate.snapshot(workspaceUsage(recorder.records.values(), home.deleted.usage, home.budget.limits));
  return {
    version,
    ...openChats(parts, gate),
    hooks: new HookCommands({
      ...hooks,
      recorder,
      toHooks: root.toHooks,
      gate,
      logFile: home.paths.startHooksLog,
    }),
    events: hub,
    repos: {
      list: async (options) => gate.snapshot({ repos: await workspace.repositories.list(options) }),
    },
    files: workspace.files,
    plans: workspace.plans,
    canvas: workspace.canvas,
    previews: { list: async () => gate.read(await actors.previews.list()) },
    environment: createEnvironmentView(home, { credentials, engineVersion: version }),
    ...inspection,
    credentials: createCredentials(credentials, gate),
    usage,
    async setBudget(budget) {
      gate.refuseNewWork();
      root.actor.send({ type: 'budget.set', budget });
      await gate.committed(undefined);
      return usage();
    },
    metrics: { read: () => metrics.read({ gauges, version }) },
    async move(options) {
      if (!actors.move.isOver) gate.refuseWhenMoved();
      return actors.move.ask(options);
    },
    health,
    status: () =>
      gate.snapshot({
        ...counters.read(),
        version,
        boot: boot.read(),
        ...(mirror && { mirror: mirrorStatus(mirror, root) }),
        ...archiveStatus(root),
      }),
  };
}

function createGate({ home, recording, actors, isStopping }: Parts): Gate {
  const { environment, journal, mirror } = home;
  return new Gate({
    chatOf: actors.root.chat,
    recorder: recording.recorder,
    journal,
    isStopping,
    isSealed: () => actors.move.isSealed,
    movedTo: () => mirror?.movedTo ?? null,
    accepted: async (id) => {
      if (environment.REPLICA_ACCEPT === 'mirrored') await mirror?.reached(id);
    },
  });
}

function createCredentials({ board }: Actors['credentials'], gate: Gate): Engine['credentials'] {
  return {
    health: () => board.health(),
    async refresh(provider) {
      gate.refuseWhenStopping();
      board.request(provider, { reason: 'manual' });
      return gate.committed({ provider, ...board.health().providers[provider] });
    },
  };
}

function openChats(
  { home, recording: { metrics }, actors: { root, drivers, executors, redact } }: Parts,
  gate: Gate,
): Pick<Engine, 'chats' | 'messages' | 'tasks' | 'offers'> {
  const tasks = new Tasks({ gate, drivers, executors, redact });
  return {
    chats: new ChatCommands({
      gate,
      chatOf: root.chat,
      history: home.history,
      deleted: home.deleted,
      words: searchableWords,
      titles: new Map([...drivers].map(([provider, { title }]) => [provider, title])),
      send: (command) => root.actor.send(command),
    }),
    messages: new Messages(gate, {
      tasks,
      payloads: home.payloads,
      drivers,
      fetchImages: createImageFetcher({ allowedHosts: home.environment.IMAGE_HOSTS }),
      timeAccept: (accepting) => metrics.timeAccept(accepting),
    }),
    tasks,
    offers: new ChatOffers(gate, drivers),
  };
}

/** Ends it, in an order in which nothing that is still said is lost. */
async function leave(
  { home, tracing, recording, actors, inspection }: Parts,
  command: 'engine.drain' | 'engine.handOver',
): Promise<void> {
  actors.root.actor.send({ type: command });
  const inquiries = [...actors.drivers.values()].map((driver) => driver.close());
  await Promise.all([actors.root.ended(), actors.hooks.tests.close(), ...inquiries]);
  actors.stop();
  await home.outbox.close();
  home.mirror?.close();
  inspection.actors.close();
  await recording.workspace.close();
  await recording.saveCheckpoint();
  recording.hub.close();
  recording.stop();
  await tracing?.close();
  await home.journal.close();
  await home.history.close();
  await home.lock.release();
}
