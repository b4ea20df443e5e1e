import { existsSync } from 'node:fs';
import { agentOptions } from './agent-options.ts';
import { createGauges } from './create-gauges.ts';
import { createRecorder } from './create-recorder.ts';
import { startRoot } from './start-root.ts';
import type { Root } from './start-root.ts';
import { watchClock } from './actors/watch-clock.ts';
import type { AgentDriver } from './agents/agent.ts';
import { createDrivers } from './agents/registry.ts';
import { ChatCommands } from './commands/chats.ts';
import { CredentialCommands } from './commands/credentials.ts';
import { Directory } from './commands/directory.ts';
import { HookCommands } from './commands/hooks.ts';
import { Messages } from './commands/messages.ts';
import { toChats } from './commands/to-chats.ts';
import type { ThinkingLevel } from './contract/messages.ts';
import type { ChatRecord } from './contract/records.ts';
import type { Health } from './contract/status.ts';
import type { EngineEnvironment } from './engine-env.ts';
import { createImageFetcher } from './images/fetch-image.ts';
import { keepBeating } from './heartbeat.ts';
import type { RunningEngine } from './engine.ts';
import { createHub } from './journal/hub.ts';
import type { Log } from './log.ts';
import { createMonolithClient } from './monolith/client.ts';
import { openCredentials } from './open-credentials.ts';
import { Metrics } from './metrics/metrics.ts';
import { createThrottle } from './hooks/throttle.ts';
import { openHooks } from './open-hooks.ts';
import { openInspection } from './open-inspection.ts';
import { createFirstChats, isFirstStart, writeState } from './move-in.ts';
import { openHome } from './open-home.ts';
import type { Home } from './open-home.ts';
import { Checkpoint } from './projection/checkpoint.ts';
import { Counters } from './projection/counters.ts';
import { retireDamagedRuns } from './process/damaged-runs.ts';
import { sweep } from './process/sweep.ts';
import { startWorkspace } from './start-workspace.ts';

/** How long readers that come and go are gathered before all are told, in milliseconds: longer, the more there are to tell. */
const gatherMs = (readers: number) => Math.max(250, readers / 4);

export interface StartEngineOptions {
  environment: EngineEnvironment;
  log: Log;
  version: string;
}

/** The composition root: opens the home, binds machines to what they need, and answers commands. */
export async function startEngine({ environment, log, version }: StartEngineOptions): Promise<RunningEngine> {
  const { failed, fail } = createFailure();
  const home = await openHome({ environment, log, onFatal: fail });
  const { journal, history, payloads, paths, records } = home;
  const hub = createHub(journal);
  const metrics = new Metrics();
  const onTurnEnd = () => workspace.turnEnded();
  const { recorder, boot } = createRecorder(home, { environment, log, metrics, onTurnEnd });
  const startHooksCompleted = (repoName: string) => home.hooks.isCompleted(repoName);
  const workspace = await startWorkspace(home, { environment, recorder, log, startHooksCompleted });
  const checkpoint = createCheckpoint(home, { environment, log });
  const saveCheckpoint = () =>
    checkpoint.write().catch((error: unknown) => log.error({ err: error }, 'the checkpoint failed'));
  home.hooks.onCompleted = () => workspace.repositories.announce();
  const counters = new Counters({
    records,
    counted: () => ({
      ...workspace.counted(),
      activeSseClients: hub.clients,
      hooksRunning: home.hooks.isRunning,
    }),
  });
  recorder.countersChange = counters.takeChange;
  const readers = createThrottle(
    () => gatherMs(hub.clients),
    () => recorder.tellCounters(),
  );
  hub.onClientsChange(() => readers.ring());
  home.damages.tellTo((damage) => recorder.tell('home', { type: 'file.damaged', damage }));

  await retireDamagedRuns(paths.agents, home.damages.report);
  await sweep(paths.agents, home.isCopy ? new Set() : runsOf(records));
  const goodbye = new AbortController();
  const client = createMonolithClient({
    url: environment.MONOLITH_URL,
    secret: environment.REPLICAS_ENGINE_SECRET,
    workspaceId: environment.WORKSPACE_ID,
    signal: goodbye.signal,
  });
  const credentials = await openCredentials(home, { environment, client, log });
  const gauges = createGauges(home, { hub, counters, logins: credentials.logins });
  const stopReviewing = credentials.watch();
  const drivers = await createDrivers(agentOptions(home, { environment, log, credentials }));
  const hookParts = await openHooks(home, {
    environment,
    env: credentials.environment(),
    log,
    workspace,
  });
  const root: Root = startRoot({
    environment,
    log,
    drivers,
    recorder,
    isCopy: home.isCopy,
    hooks: hookParts,
    credentials,
    outbox: home.outbox.connect({ client, recorder, workspace }),
  });
  if (isFirstStart(home)) createFirstChats(home, { root, drivers });
  if (!home.hasCheckpoint) await saveCheckpoint();
  journal.onStorageChange((isLow) => root.actor.send({ type: isLow ? 'storage.low' : 'storage.recovered' }));
  if (journal.isStorageLow) root.actor.send({ type: 'storage.low' });
  await writeState(home, environment);
  const stopWatching = watchClock(() => {
    journal.newIncarnation();
    credentials.board.clockJumped();
  });

  let leaving: Promise<void> | undefined;
  const isStopping = () => leaving !== undefined;
  const directory = new Directory({ chatOf: root.chat, recorder, journal, isStopping });
  const titles = new Map([...drivers].map(([provider, { title }]) => [provider, title]));
  const steerable = new Set([...drivers.values()].flatMap((one) => (one.canSteer ? [one.provider] : [])));
  const send: typeof root.actor.send = (command) => root.actor.send(command);
  const chats = new ChatCommands({ directory, chatOf: root.chat, history, titles, send });
  const messages = new Messages(directory, {
    payloads,
    steerable,
    thinkingLevels: thinkingLevelsOf(drivers),
    fetchImages: createImageFetcher({ allowedHosts: environment.IMAGE_HOSTS }),
  });
  const logFile = paths.startHooksLog;
  const hooks = new HookCommands({ ...hookParts, recorder, toHooks: root.toHooks, directory, logFile });

  const health = (): Health => ({
    status: existsSync(environment.CLOUD_INIT_OUTPUT_LOG) ? 'ok' : 'initializing',
    version,
    boot: boot.read(),
  });
  void keepBeating({
    workspaceId: environment.WORKSPACE_ID,
    everyMs: environment.HEARTBEAT_MS,
    beat: (heartbeat) => client.beat(heartbeat),
    health,
    status: () => counters.read(),
    outbox: home.outbox,
    signal: goodbye.signal,
  });
  const inspection = openInspection(root.actor, { environment, log });

  async function leave(command: 'engine.drain' | 'engine.handOver'): Promise<void> {
    root.actor.send({ type: command });
    await root.ended();
    goodbye.abort();
    await home.outbox.close();
    stopWatching();
    stopReviewing();
    inspection.actors.close();
    hookParts.bounds.close();
    await workspace.close();
    await saveCheckpoint();
    hub.close();
    readers.stop();
    await journal.close();
    await history.close();
    await home.lock.release();
  }

  return {
    version,
    chats: {
      ...toChats(chats, messages),
      send: (chatId, message) => metrics.timeAccept(messages.send(chatId, message)),
    },
    hooks,
    events: hub,
    repos: {
      list: async (options) => directory.snapshot({ repos: await workspace.repositories.list(options) }),
    },
    plans: workspace.plans,
    canvas: workspace.canvas,
    ...inspection,
    credentials: new CredentialCommands({ board: credentials.board, directory, isStopping }),
    metrics: { read: () => metrics.read({ gauges, version }) },
    health,
    status: () =>
      directory.committed({ ...counters.read(), version, boot: boot.read(), lastEventId: journal.headId }),
    stop: () => (leaving ??= leave('engine.drain')),
    handOver: () => (leaving ??= leave('engine.handOver')),
    failed,
  };
}

function thinkingLevelsOf(drivers: ReadonlyMap<string, AgentDriver>): Map<string, ThinkingLevel> {
  const known = [...drivers].flatMap(([provider, { defaultThinkingLevel: level }]) =>
    level === undefined ? [] : [[provider, level] as const],
  );
  return new Map(known);
}

/** Processes that some chat may still attach to. */
function runsOf(records: ReadonlyMap<string, ChatRecord>): Set<string> {
  const runs = [...records.values()].flatMap(({ position, turn }) => [position?.runId, turn?.delivery.runId]);
  return new Set(runs.filter((run) => run !== undefined));
}

function createFailure() {
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined); // whoever runs the engine listens for it too
  return { failed, fail: (error: unknown) => fail(error) };
}

function createCheckpoint(
  { store, journal, history, payloads, records, hooks, hasCheckpoint }: Home,
  { environment, log }: { environment: EngineEnvironment; log: Log },
): Checkpoint {
  const checkpoint = new Checkpoint({
    store,
    journal,
    history,
    payloads,
    records,
    hooks,
    isWritten: hasCheckpoint,
    everyBytes: environment.EVENT_LOG_BYTES / 16,
    onError: (error) => log.warn({ err: error }, 'the checkpoint failed and is tried again'),
  });
  journal.onCommit(({ bytes }) => checkpoint.schedule(bytes.length));
  return checkpoint;
}
