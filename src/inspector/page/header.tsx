import { useState } from 'preact/hooks';
import type { PageStore } from './page-state.ts';
import { showView, type View } from './remembered.ts';
import { useStore } from './store.ts';
import { canAskToNotify } from './watch-for-waiting.ts';

const CONNECTION = {
  connecting: 'Connecting',
  open: 'Live',
  lost: 'Reconnecting',
  refused: 'Refused',
  failed: 'Stopped',
};

export function Header({ store, onLeave }: { store: PageStore; onLeave: () => void }) {
  const workspace = useStore(store, (state) => state.workspace);
  const { state, reason } = useStore(store, ({ connection }) => connection);
  return (
    <header class="bar">
      <div class="mark" aria-hidden="true" />
      <h1>
        Replicas engine <span class="dim">{workspace?.version}</span>
      </h1>
      {workspace && (
        <dl class="counters">
          <Counter name="boot" value={wordsOf(workspace.boot.state)} title={workspace.boot.reason} />
          <Counter name="chats" value={workspace.status.chatsTotal} />
          <Counter name="running" value={workspace.status.chatsProcessing} />
          <Counter name="repositories" value={workspace.status.reposTotal} />
          <Counter name="listeners" value={workspace.status.activeSseClients} />
        </dl>
      )}
      <span class={`connection ${state}`} role="status" title={reason ?? undefined}>
        <i class="dot" aria-hidden="true" />
        {CONNECTION[state]}
      </span>
      <NotifyButton />
      <ViewSwitch store={store} />
      <button type="button" class="quiet" onClick={onLeave}>
        Lock
      </button>
    </header>
  );
}

function NotifyButton() {
  const [isOffered, setOffered] = useState(canAskToNotify);
  if (!isOffered) return null;
  return (
    <button
      type="button"
      class="quiet notify"
      title="A notification when an agent waits for you and this tab is hidden"
      onClick={() => void Notification.requestPermission().then(() => setOffered(canAskToNotify()))}
    >
      Notify me
    </button>
  );
}

const VIEWS: readonly (readonly [View, string])[] = [
  ['work', 'Work'],
  ['machines', 'Machines'],
  ['both', 'Both'],
];

function ViewSwitch({ store }: { store: PageStore }) {
  const view = useStore(store, (state) => state.view);
  return (
    <div class="view-switch" role="group" aria-label="View">
      {VIEWS.map(([name, title]) => (
        <button key={name} type="button" aria-pressed={name === view} onClick={() => showView(store, name)}>
          {title}
        </button>
      ))}
    </div>
  );
}

function Counter({
  name,
  value,
  title,
}: {
  name: string;
  value: string | number;
  title?: string | undefined;
}) {
  return (
    <div title={title}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** `runningHooks` is "running hooks". */
function wordsOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
