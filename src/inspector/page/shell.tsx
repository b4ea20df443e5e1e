import { useEffect, useRef } from 'preact/hooks';
import { ActorTree } from './actor-tree.tsx';
import { ChartView } from './chart-view.tsx';
import { Details } from './details.tsx';
import { Dock } from './dock.tsx';
import { Header } from './header.tsx';
import { Notices } from './notices.tsx';
import type { PageStore, Pane } from './page-state.ts';
import { useStore } from './store.ts';

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
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    if (takesFocus) main.current?.focus();
  }, []);
  return (
    <div class="shell" data-pane={shown}>
      <Header store={store} onLeave={onLeave} />
      <Notices store={store} />
      <main ref={main} class="panes" tabIndex={-1}>
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
