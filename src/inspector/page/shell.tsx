import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { ActorTree } from './actor-tree.tsx';
import { ChartView } from './chart/chart-view.tsx';
import { Chats } from './chats.tsx';
import { Credentials } from './credentials.tsx';
import { Details } from './details.tsx';
import { Files } from './files.tsx';
import { Header } from './header.tsx';
import { Hooks } from './hooks.tsx';
import { Palette } from './palette.tsx';
import type { DockTab, PageStore, Pane } from './page-state.ts';
import { Repositories } from './repositories.tsx';
import { Splitter } from './splitter.tsx';
import { useStore } from './store.ts';
import { TabPanel, Tabs } from './tabs.tsx';
import { watchForWaiting } from './watch-for-waiting.ts';

const PANES: readonly (readonly [Pane, string])[] = [
  ['dock', 'Work'],
  ['actors', 'Actors'],
  ['chart', 'Chart'],
  ['details', 'Details'],
];

interface ShellProps {
  store: PageStore;
  /** The person was somewhere on a page that is gone now. */
  takesFocus: boolean;
  onLeave: () => void;
}

export function Shell({ store, takesFocus, onLeave }: ShellProps) {
  const shown = useStore(store, ({ pane }) => pane);
  const view = useStore(store, (state) => state.view);
  const main = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (takesFocus) main.current?.focus();
  }, []);
  useEffect(() => watchForWaiting(store), [store]);
  return (
    <div class="shell" data-pane={shown} data-view={view}>
      <Header store={store} onLeave={onLeave} />
      <Notices store={store} />
      <main ref={main} class="panes" tabIndex={-1}>
        <Dock store={store} />
        {view === 'both' && <Splitter panes={main} />}
        <div class="machines">
          <ActorTree store={store} />
          <ChartView store={store} />
          <Details store={store} />
        </div>
      </main>
      <Palette store={store} />
      <nav class="pane-switch" aria-label="Parts of the page">
        {PANES.map(([pane, title]) => (
          <button
            key={pane}
            type="button"
            aria-pressed={pane === shown}
            onClick={() => store.update({ pane })}
          >
            {title}
          </button>
        ))}
      </nav>
    </div>
  );
}

/** What keeps the page from showing the engine as it is. */
function Notices({ store }: { store: PageStore }) {
  const text = useStore(store, noticeOf);
  return (
    <p class="notice" role="status">
      {text}
    </p>
  );
}

function noticeOf({ connection, isStreamStuck, isCallStuck }: PageStore['state']): string | null {
  if (isStreamStuck || isCallStuck) return STUCK;
  if (connection.state !== 'failed') return null;
  return `This page no longer follows the engine. ${connection.reason ?? ''} Reload this page to try again.`;
}

const STUCK =
  'No connection to the engine is free. A browser has six for all its tabs: close others that show this engine. If there are none, the engine does not answer.';

const TABS: readonly (readonly [DockTab, string])[] = [
  ['chats', 'Chats'],
  ['hooks', 'Boot and hooks'],
  ['repositories', 'Repositories'],
  ['files', 'Plans and previews'],
  ['credentials', 'Credentials'],
];

/** What the engine works on. */
function Dock({ store }: { store: PageStore }) {
  const tab = useStore(store, ({ dockTab }) => dockTab);
  const hasFailed = useStore(store, ({ hooks }) => hooks?.state === 'failed');
  const toTitle = (name: DockTab, title: string) => (name === 'hooks' && hasFailed ? failed(title) : title);
  const tabs = TABS.map(([name, title]) => [name, toTitle(name, title)] as const);
  return (
    <section class="pane dock" aria-label="Work">
      <Tabs label="Work" tabs={tabs} shown={tab} onShow={(dockTab) => store.update({ dockTab })} />
      <TabPanel name={tab}>
        {tab === 'chats' && <Chats store={store} />}
        {tab === 'hooks' && <Hooks store={store} />}
        {tab === 'repositories' && <Repositories store={store} />}
        {tab === 'files' && <Files store={store} />}
        {tab === 'credentials' && <Credentials store={store} />}
      </TabPanel>
    </section>
  );
}

function failed(title: string) {
  return (
    <>
      {title} <span class="bad">failed</span>
    </>
  );
}
