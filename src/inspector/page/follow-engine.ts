import type {
  ActorNews,
  ConnectionChange,
  EngineEvent,
  Joined,
  WorkspaceState,
} from '../../client/client.ts';
import { EngineClientError } from '../../client/client.ts';
import type { PageStore } from './page-state.ts';

export interface FollowOptions {
  signal: AbortSignal;
  /** The engine does not know the secret. */
  onRefused: () => void;
}

/** Keeps the store up to date until `signal` aborts. */
export function followEngine(store: PageStore, { signal, onRefused }: FollowOptions): void {
  const fail = (error: unknown) => {
    if (signal.aborted) return;
    if (error instanceof EngineClientError && error.code === 'unauthorized') onRefused();
    else store.update({ connection: 'lost' });
  };
  followWorkspace(store, signal).catch(fail);
  followActors(store, signal).catch(fail);
  followHookLog(store, signal).catch(fail);
}

async function followWorkspace(store: PageStore, signal: AbortSignal): Promise<void> {
  const { client } = store.state;
  for await (const joined of client.follow({
    signal,
    partial: true,
    onConnection: (change) => note(store, change),
  })) {
    takeNews(store, joined);
  }
}

function takeNews(store: PageStore, { state, event }: Joined<WorkspaceState>): void {
  if (store.state.workspace !== state) store.update({ workspace: state, connection: 'open' });
  if (event === null) return rereadAll(store);
  if (event.type !== 'chat.turn.partial') store.state.events.add(event);
  store.state.conversation?.take(event);
  if (rereadsHooks(event)) reread(store, 'hooks');
  if (rereadsRepos(event)) reread(store, 'repos');
  store.touch();
}

/** At first, and after a gap in the events. */
function rereadAll(store: PageStore): void {
  reread(store, 'hooks');
  reread(store, 'repos');
  void store.state.conversation?.load();
}

function rereadsHooks({ type }: EngineEvent): boolean {
  return type.startsWith('hooks.') && type !== 'hooks.progress';
}

function rereadsRepos({ type }: EngineEvent): boolean {
  return type === 'repo.discovered' || type === 'repo.status.changed';
}

const reading = new Map<string, 'once' | 'again'>();

/** Reads a snapshot anew; however often it is asked for meanwhile, once more behind that. */
export function reread(store: PageStore, what: 'hooks' | 'repos'): void {
  if (reading.has(what)) return void reading.set(what, 'again');
  reading.set(what, 'once');
  const { client } = store.state;
  const done = () => {
    const isAgain = reading.get(what) === 'again';
    reading.delete(what);
    if (isAgain) reread(store, what);
  };
  const read =
    what === 'hooks'
      ? client.hooks.status().then((hooks) => store.update({ hooks }))
      : client.repos({ includeDiffs: true }).then(({ repos }) => store.update({ repos }));
  read.then(done, done);
}

async function followActors(store: PageStore, signal: AbortSignal): Promise<void> {
  for await (const news of store.state.client.actors.follow({ signal })) takeActors(store, news);
}

let stepNumber = 0;

function takeActors(store: PageStore, { isSnapshot, actors, gone, steps }: ActorNews): void {
  const known = new Map(isSnapshot ? [] : store.state.actors);
  for (const path of gone) known.delete(path);
  for (const actor of actors) known.set(actor.path, actor);
  for (const step of steps) {
    stepNumber += 1;
    store.state.steps.add({ ...step, number: stepNumber });
  }
  store.update({ actors: known });
}

async function followHookLog(store: PageStore, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    store.state.hookLines.clear();
    try {
      for await (const line of store.state.client.hooks.followLog({ signal })) {
        store.state.hookLines.add(line);
        store.touch();
      }
    } catch (error) {
      if (signal.aborted || !(error instanceof EngineClientError && error.isTransient)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, LOG_RETRY_MS));
  }
}

const LOG_RETRY_MS = 2_000;

function note(store: PageStore, { state }: ConnectionChange): void {
  if (state === 'lost') store.state.conversation?.break();
  store.update({ connection: state });
}
