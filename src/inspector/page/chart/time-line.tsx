import { wordsOfEvent } from '../../charts/words.ts';
import type { NumberedStep, PageStore } from '../page-state.ts';
import { useStore } from '../store.ts';

/** What an actor did since the page was opened, to be gone through: the chart shows where it stood then. */
export function TimeLine({ store, path }: { store: PageStore; path: string }) {
  useStore(store, ({ steps }) => steps.version);
  const moment = useStore(store, (state) => (state.moment?.actor === path ? state.moment : null));
  const steps = stepsOf(store, path, moment);
  const last = steps.length;
  const at = moment === null ? last : steps.indexOf(moment);
  const show = (index: number) => store.update({ moment: steps[index] ?? null });
  if (last === 0) return <p class="time-line dim">No steps since this page was opened.</p>;
  return (
    <div class="time-line" role="group" aria-label="What it did">
      <input
        type="range"
        min={0}
        max={last}
        value={at}
        aria-label="Moment"
        aria-valuetext={moment === null ? 'now' : wordsOf(moment)}
        onInput={({ currentTarget }) => show(Number(currentTarget.value))}
      />
      <output class={moment === null ? 'dim' : ''}>
        {moment === null ? `now, after ${last} steps` : wordsOf(moment)}
      </output>
      <button type="button" aria-disabled={moment === null} onClick={() => store.update({ moment: null })}>
        Now
      </button>
    </div>
  );
}

/** While a moment is looked at, what comes behind it does not move it. */
function stepsOf({ state }: PageStore, path: string, moment: NumberedStep | null): NumberedStep[] {
  const own = state.steps.entries.filter(({ actor }) => actor === path);
  return moment === null || own.includes(moment) ? own : [moment, ...own];
}

function wordsOf({ at, event, count, states }: NumberedStep): string {
  const often = count > 1 ? ` ×${count}` : '';
  return `${at.slice(11, 23)} ${wordsOfEvent(event)}${often} → ${states.at(-1) ?? ''}`;
}
