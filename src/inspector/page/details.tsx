import { useState } from 'preact/hooks';
import type { EngineEvent } from '../../client/client.ts';
import { Facts } from './facts.tsx';
import { useFilter } from './filter.tsx';
import { LongText } from './long-text.tsx';
import { memo } from './memo.ts';
import type { PageStore } from './page-state.ts';
import { beginningOf } from './plain-text.ts';
import { StepLog } from './step-log.tsx';
import { useStore } from './store.ts';
import { TabPanel, Tabs } from './tabs.tsx';

const TABS = [
  ['transitions', 'Transitions'],
  ['context', 'Context'],
  ['events', 'Events'],
] as const;

export function Details({ store }: { store: PageStore }) {
  const [tab, setTab] = useState<(typeof TABS)[number][0]>('transitions');
  return (
    <section class="pane details" aria-label="Details">
      <Tabs label="Details" tabs={TABS} shown={tab} onShow={setTab} />
      <TabPanel name={tab}>
        {tab === 'transitions' && <StepLog store={store} />}
        {tab === 'context' && <Context store={store} />}
        {tab === 'events' && <Events store={store} />}
      </TabPanel>
    </section>
  );
}

function Context({ store }: { store: PageStore }) {
  const actor = useStore(store, ({ actors, selected }) => actors.get(selected));
  if (actor === undefined) return <p class="empty">This actor is gone.</p>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={`Context of ${actor.path}`}>
      <Facts
        facts={[
          ['actor', actor.path],
          ['status', actor.status],
          ['state', actor.states.at(-1) ?? '–'],
        ]}
      />
      <JsonView value={actor.context} />
    </div>
  );
}

const SHOWN = 60;

function Events({ store }: { store: PageStore }) {
  const { field, keep } = useFilter('Filter the events', 'Filter');
  useStore(store, ({ events }) => events.version);
  const all = store.state.events.entries;
  const wanted = keep(all, (event) => JSON.stringify(event));
  const events = wanted.slice(-SHOWN).toReversed();
  return (
    <>
      <div class="log-tools">{field}</div>
      {events.length === 0 && (
        <p class="empty">{all.length === 0 ? 'No events since this page was opened.' : 'Nothing matches.'}</p>
      )}
      <ol class="log scroll" tabIndex={0} aria-label="Recent events">
        {events.map((event) => (
          <li key={event.id}>
            <EventEntry event={event} />
          </li>
        ))}
      </ol>
    </>
  );
}

const EventEntry = memo(function EventEntry({ event }: { event: EngineEvent }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <time>{event.ts.slice(11, 23)}</time>
        <span class="event-type">{event.type}</span>
        <span class="dim">{beginningOf(gistOf(event), GIST_CHARACTERS)}</span>
      </summary>
      {isOpen && (
        <pre tabIndex={0}>
          <LongText text={JSON.stringify(event, null, 2)} />
        </pre>
      )}
    </details>
  );
});

const GIST_CHARACTERS = 200;

function gistOf({ payload }: EngineEvent): string {
  if ('outcome' in payload) return payload.outcome;
  if ('event' in payload) return payload.event.type;
  if ('chat' in payload) return payload.chat.state;
  if ('state' in payload) return payload.state;
  return 'message' in payload ? payload.message : '';
}

/** A value as a tree that unfolds. */
function JsonView({ name, value, depth = 0 }: { name?: string; value: unknown; depth?: number }) {
  const label = name === undefined ? null : <span class="json-key">{name}</span>;
  if (typeof value !== 'object' || value === null) {
    return (
      <div class="json-line">
        {label}
        <Plain value={value} />
      </div>
    );
  }
  const entries = Object.entries(value);
  if (depth === 0) return <div class="json">{entries.map(toLine)}</div>;
  if (entries.length === 0) {
    return (
      <div class="json-line">
        {label}
        <span class="dim">{Array.isArray(value) ? '[]' : '{}'}</span>
      </div>
    );
  }
  return (
    <details class="json-branch" open={depth < 2}>
      <summary>
        {label}
        <span class="dim">{Array.isArray(value) ? `${entries.length} items` : `{${entries.length}}`}</span>
      </summary>
      {entries.map(toLine)}
    </details>
  );

  function toLine([key, child]: [string, unknown]) {
    return <JsonView key={key} name={key} value={child} depth={depth + 1} />;
  }
}

function Plain({ value }: { value: unknown }) {
  const kind = value === null ? 'null' : typeof value;
  return <span class={`json-${kind}`}>{typeof value === 'string' ? value || '""' : String(value)}</span>;
}
