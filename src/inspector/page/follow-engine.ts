import { foldWorkspace, type ActorNews, type EngineEvent, type WorkspaceState } from '../../client/client.ts';
import type { Connection, News } from './feed/news.ts';
import { openFeed } from './open-feed.ts';
import type { PageStore } from './page-state.ts';

export interface FollowOptions {
  secret: string;
  /** The engine does not know the secret. */
  onRefused: () => void;
}

/** Keeps the store up to date. Returns what ends that. */
export function followEngine(store: PageStore, { secret, onRefused }: FollowOptions): () => void {
  return openFeed(secret, (news) => {
    if (news.kind === 'connection' && news.connection.state === 'refused') onRefused();
    else takeNews(store, news);
  });
}

function takeNews(store: PageStore, news: News): void {
  switch (news.kind) {
    case 'connection':
      return takeConnection(store, news.connection);
    case 'stuck':
      return store.update({ isStreamStuck: news.isStuck });
    case 'workspace':
      takeWorkspace(store, news.workspace);
      return rereadAll(store);
    case 'event':
      return takeEvent(store, news.event);
    case 'actors':
      return takeActors(store, news.news);
    case 'lines':
      if (news.isAll) store.state.hookLines.clear();
      for (const line of news.lines) store.state.hookLines.add(line);
      return store.touch();
  }
}

function takeConnection(store: PageStore, connection: Connection): void {
  const { conversation } = store.state;
  store.update({ connection });
  if (connection.state === 'lost') conversation?.break();
  if (connection.state !== 'open') return;
  for (const what of missed) reread(store, what);
  if (conversation?.failure != null) void conversation.load();
}

function takeEvent(store: PageStore, event: EngineEvent): void {
  const { workspace, events, conversation } = store.state;
  if (event.type !== 'chat.turn.partial') events.add(event);
  if (workspace !== null) takeWorkspace(store, foldWorkspace(workspace, event));
  conversation?.take(event);
  if (rereadsHooks(event)) reread(store, 'hooks');
  if (rereadsRepos(event)) reread(store, 'repos');
  if (CHANGES_FILES.has(event.type)) store.update({ filesVersion: store.state.filesVersion + 1 });
  store.touch();
}

/** Chats that were there when the page opened, and the one that is shown, count as seen. */
function takeWorkspace(store: PageStore, workspace: WorkspaceState): void {
  const { seen, chatId } = store.state;
  if (workspace.chats === store.state.workspace?.chats) return store.update({ workspace });
  const next = new Map(seen);
  for (const { id, updatedAt } of workspace.chats) {
    if (id === chatId || !seen.has(id)) next.set(id, updatedAt);
  }
  store.update({ workspace, seen: next });
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

const CHANGES_FILES: ReadonlySet<EngineEvent['type']> = new Set([
  'plan.changed',
  'canvas.changed',
  'preview.changed',
]);

type Snapshot = 'hooks' | 'repos';

const reading = new Map<Snapshot, 'once' | 'again'>();

/** What could not be read; it is tried again once the stream is open. */
const missed = new Set<Snapshot>();

/** Reads a snapshot anew; however often it is asked for meanwhile, once more behind that. */
function reread(store: PageStore, what: Snapshot): void {
  if (reading.has(what)) return void reading.set(what, 'again');
  reading.set(what, 'once');
  missed.delete(what);
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
  void read.catch(() => missed.add(what)).finally(done);
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
