import { ActorTree } from './actor-tree.tsx';
import { ChartView } from './chart-view.tsx';
import { Details } from './details.tsx';
import { Dock } from './dock.tsx';
import { Header } from './header.tsx';
import type { PageStore, Pane } from './page-state.ts';
import { useStore } from './store.ts';

const PANES: readonly (readonly [Pane, string])[] = [
  ['dock', 'Work'],
  ['actors', 'Actors'],
  ['chart', 'Chart'],
  ['details', 'Details'],
];

export function Shell({ store, onLeave }: { store: PageStore; onLeave: () => void }) {
  const shown = useStore(store, ({ pane }) => pane);
  return (
    <div class="shell" data-pane={shown}>
      <Header store={store} onLeave={onLeave} />
      <main class="panes">
        <ActorTree store={store} />
        <ChartView store={store} />
        <Details store={store} />
        <Dock store={store} />
      </main>
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
