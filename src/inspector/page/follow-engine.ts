import {
  foldWorkspace,
  type ActorNews,
  type EngineEvent,
  type HooksStatus,
  type Repo,
  type WorkspaceState,
} from '../../client/client.ts';
import type { Connection, News } from './feed/news.ts';
import { openFeed } from './open-feed.ts';
import type { PageStore } from './page-state.ts';
import { Reading } from './reading.ts';

export interface FollowOptions {
  secret: string;
  /** The engine does not know the secret. */
  onRefused: () => void;
}

/** What events say has changed, but not how. */
interface Following {
  store: PageStore;
  hooks: Reading<HooksStatus | null>;
  repos: Reading<readonly Repo[] | null>;
}

/** Keeps the store up to date. Returns what ends that. */
export function followEngine(store: PageStore, { secret, onRefused }: FollowOptions): () => void {
  const { client } = store.state;
  const hooks = new Reading<HooksStatus | null>(null, {
    read: () => client.hooks.status(),
    onChange: () => store.take({ hooks: hooks.value }),
  });
  const repos = new Reading<readonly Repo[] | null>(null, {
    read: async () => (await client.repos({ includeDiffs: true })).repos,
    onChange: () => store.take({ repos: repos.value }),
  });
  return openFeed(secret, (news) => {
    if (news.kind === 'connection' && news.connection.state === 'refused') onRefused();
    else takeNews({ store, hooks, repos }, news);
  });
}

function takeNews(following: Following, news: News): void {
  const { store, hooks, repos } = following;
  switch (news.kind) {
    case 'connection':
      return takeConnection(following, news.connection);
    case 'stuck':
      return store.take({ isStreamStuck: news.isStuck });
    case 'workspace':
      // At first, and after a gap in the events.
      takeWorkspace(store, news.workspace);
      void hooks.refresh();
      void repos.refresh();
      return void store.state.conversation?.load();
    case 'event':
      return takeEvent(following, news.event);
    case 'actors':
      return takeActors(store, news.news);
    case 'lines':
      if (news.isAll) store.state.hookLines.clear();
      for (const line of news.lines) store.state.hookLines.add(line);
      return store.touch();
  }
}

function takeConnection({ store, hooks, repos }: Following, connection: Connection): void {
  const { conversation } = store.state;
  store.take({ connection });
  if (connection.state === 'lost') conversation?.break();
  if (connection.state !== 'open') return;
  for (const reading of [hooks, repos]) if (reading.isMissed) void reading.refresh();
  if (conversation?.failure != null) void conversation.load();
}

function takeEvent({ store, hooks, repos }: Following, event: EngineEvent): void {
  const { workspace, events, conversation } = store.state;
  if (event.type !== 'chat.turn.partial') events.add(event);
  if (workspace !== null) takeWorkspace(store, foldWorkspace(workspace, event));
  conversation?.take(event);
  if (event.type.startsWith('hooks.') && event.type !== 'hooks.progress') void hooks.refresh();
  if (event.type === 'repo.discovered' || event.type === 'repo.status.changed') void repos.refresh();
  if (CHANGES_FILES.has(event.type)) store.take({ filesVersion: store.state.filesVersion + 1 });
  store.touch();
}

/** Chats that were there when the page opened, and the one that is shown, count as seen. */
function takeWorkspace(store: PageStore, workspace: WorkspaceState): void {
  const { seen, chatId } = store.state;
  if (workspace.chats === store.state.workspace?.chats) return store.take({ workspace });
  const next = new Map(seen);
  for (const { id, updatedAt } of workspace.chats) {
    if (id === chatId || !seen.has(id)) next.set(id, updatedAt);
  }
  store.take({ workspace, seen: next });
}

const CHANGES_FILES: ReadonlySet<EngineEvent['type']> = new Set([
  'plan.changed',
  'canvas.changed',
  'preview.changed',
]);

let stepNumber = 0;

function takeActors(store: PageStore, { isSnapshot, actors, gone, steps }: ActorNews): void {
  const known = new Map(isSnapshot ? [] : store.state.actors);
  for (const path of gone) known.delete(path);
  for (const actor of actors) known.set(actor.path, actor);
  for (const step of steps) {
    stepNumber += 1;
    store.state.steps.add({ ...step, number: stepNumber });
  }
  store.take({ actors: known });
}
