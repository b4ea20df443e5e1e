import { Chats } from './chats.tsx';
import { Credentials } from './credentials.tsx';
import { Hooks } from './hooks.tsx';
import type { DockTab, PageStore } from './page-state.ts';
import { Repositories } from './repositories.tsx';
import { useStore } from './store.ts';
import { TabPanel, Tabs } from './tabs.tsx';

const TABS: readonly (readonly [DockTab, string])[] = [
  ['chats', 'Chats'],
  ['hooks', 'Boot and hooks'],
  ['repositories', 'Repositories'],
  ['credentials', 'Credentials'],
];

/** What the engine works on. */
export function Dock({ store }: { store: PageStore }) {
  const tab = useStore(store, ({ dockTab }) => dockTab);
  return (
    <section class="pane dock" aria-label="Work">
      <Tabs label="Work" tabs={TABS} shown={tab} onShow={(dockTab) => store.update({ dockTab })} />
      <TabPanel name={tab}>
        {tab === 'chats' && <Chats store={store} />}
        {tab === 'hooks' && <Hooks store={store} />}
        {tab === 'repositories' && <Repositories store={store} />}
        {tab === 'credentials' && <Credentials store={store} />}
      </TabPanel>
    </section>
  );
}
