import type { ActorView } from '../../../client/client.ts';
import type { PageStore } from '../page-state.ts';
import { useStore } from '../store.ts';
import { ChartCanvas } from './chart-canvas.tsx';
import { SendEvent } from './send-event.tsx';
import { statesAt } from './states-at.ts';
import { TimeLine } from './time-line.tsx';

/** The statechart of the selected actor, or of the nearest one above it that has one. */
export function ChartView({ store }: { store: PageStore }) {
  const path = useStore(store, ({ selected, actors }) => nearestMachine(selected, actors));
  const machine = useStore(store, ({ actors }) => actors.get(path)?.machine ?? null);
  const states = useStore(store, (state) => statesAt(state, path).join(' › '));
  return (
    <section class="pane chart-pane" aria-labelledby="chart-title">
      <h2 id="chart-title">
        {machine ?? 'Statechart'} <span class="dim">{states}</span>
      </h2>
      {machine === null ? (
        <p class="empty">Select an actor that has a statechart.</p>
      ) : (
        <>
          <ChartCanvas key={`${machine} ${path}`} store={store} machine={machine} path={path} />
          <TimeLine store={store} path={path} />
          <SendEvent key={path} store={store} path={path} />
        </>
      )}
    </section>
  );
}

function nearestMachine(path: string, actors: ReadonlyMap<string, ActorView>): string {
  const actor = actors.get(path);
  if (actor === undefined || actor.machine !== null || actor.parent === null) return path;
  return nearestMachine(actor.parent, actors);
}
