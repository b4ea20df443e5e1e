import { useState } from 'preact/hooks';
import { wordsOfEvent } from '../charts/words.ts';
import { useFilter } from './filter.tsx';
import type { NumberedStep, PageStore } from './page-state.ts';
import { useStore } from './store.ts';

const SHOWN = 80;

/** What the actors did, newest first. */
export function StepLog({ store }: { store: PageStore }) {
  const { field, keep } = useFilter('Filter the transitions', 'Filter');
  const [isOfSelected, setOfSelected] = useState(false);
  const [held, setHeld] = useState<readonly NumberedStep[] | null>(null);
  const selected = useStore(store, (state) => state.selected);
  useStore(store, ({ steps }) => (held === null ? steps.version : -1));
  const steps = held ?? store.state.steps.entries;
  const looked = isOfSelected ? steps.filter(({ actor }) => actor === selected) : steps;
  const wanted = keep(looked, textOf);
  return (
    <>
      <div class="log-tools">
        {field}
        <button type="button" aria-pressed={isOfSelected} onClick={() => setOfSelected(!isOfSelected)}>
          Only selected
        </button>
        <button
          type="button"
          aria-pressed={held !== null}
          onClick={() => setHeld(held === null ? [...store.state.steps.entries] : null)}
        >
          {held === null ? 'Pause' : 'Resume'}
        </button>
      </div>
      {wanted.length === 0 ? (
        <p class="empty">
          {steps.length === 0 ? 'No transitions since this page was opened.' : 'Nothing matches.'}
        </p>
      ) : (
        <ol class="log steps scroll" tabIndex={0} aria-label="Transitions, newest first">
          {wanted
            .slice(-SHOWN)
            .toReversed()
            .map((step) => (
              <Step key={step.number} step={step} store={store} />
            ))}
        </ol>
      )}
    </>
  );
}

function Step({ step, store }: { step: NumberedStep; store: PageStore }) {
  return (
    <li>
      <button
        type="button"
        title="Show the chart at this moment"
        onClick={() => store.update({ selected: step.actor, moment: step })}
      >
        <time>{step.at.slice(11, 23)}</time>
        <span class="event-type">
          {wordsOfEvent(step.event)}
          {step.count > 1 && <b class="count">×{step.count}</b>}
        </span>
        <span class="step-actor">{nameOf(step.actor, store)}</span>
        <span class="step-state">{step.states.at(-1)}</span>
      </button>
    </li>
  );
}

function nameOf(path: string, store: PageStore): string {
  const id = path.split('/').at(-1) ?? path;
  return store.state.workspace?.chats.find((chat) => chat.id === id)?.title ?? id;
}

function textOf({ actor, event, states }: NumberedStep): string {
  return `${actor} ${event} ${states.join(' ')}`;
}
