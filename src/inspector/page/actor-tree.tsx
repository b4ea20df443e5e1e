import type { ActorView } from '../../client/client.ts';
import type { PageStore } from './page-state.ts';
import { useStore } from './store.ts';

/** The actors that run, each below the one that owns it. */
export function ActorTree({ store }: { store: PageStore }) {
  const actors = useStore(store, (state) => state.actors);
  const roots = [...actors.values()].filter(({ parent }) => parent === null || !actors.has(parent));
  return (
    <section class="pane actors" aria-labelledby="actors-title">
      <h2 id="actors-title">Actors</h2>
      <ul class="tree">
        {roots.map((actor) => (
          <Branch key={actor.path} store={store} actor={actor} actors={actors} />
        ))}
      </ul>
    </section>
  );
}

interface BranchProps {
  store: PageStore;
  actor: ActorView;
  actors: ReadonlyMap<string, ActorView>;
}

function Branch({ store, actor, actors }: BranchProps) {
  const children = actor.children.flatMap((path) => actors.get(path) ?? []);
  return (
    <li>
      <Leaf store={store} actor={actor} />
      {children.length > 0 && (
        <ul>
          {children.map((child) => (
            <Branch key={child.path} store={store} actor={child} actors={actors} />
          ))}
        </ul>
      )}
    </li>
  );
}

function Leaf({ store, actor }: { store: PageStore; actor: ActorView }) {
  const isSelected = useStore(store, ({ selected }) => selected === actor.path);
  const title = useStore(store, ({ workspace }) => workspace?.chats.find(({ id }) => id === actor.id)?.title);
  const place = firstLeafOf(actor.states);
  const state = place?.split('.').at(-1) ?? actor.status;
  return (
    <button
      type="button"
      class="actor"
      aria-current={isSelected}
      title={`${actor.path} ${place ?? actor.status}`}
      onClick={() => select(store, actor)}
    >
      <i class={`dot ${toneOf(actor)}`} aria-hidden="true" />
      <span class="actor-name">{title ?? actor.id}</span>
      <span class="actor-state">{state}</span>
    </button>
  );
}

function select(store: PageStore, { path, id }: ActorView): void {
  const isChat = store.state.workspace?.chats.some((chat) => chat.id === id) === true;
  store.update({
    selected: path,
    moment: null,
    pane: 'chart',
    ...(isChat && { chatId: id, dockTab: 'chats' }),
  });
}

const BUSY =
  /^(?:running|working|starting|booting|active|launching|delivering|refreshing|initializing|discovering)/;
const UNWELL = /error|fail|reject|backingOff|timingOut|interrupting|stopping|draining|holding/;

function toneOf({ status, states, machine }: ActorView): string {
  if (status === 'error') return 'bad';
  if (status !== 'active') return 'off';
  const state = firstLeafOf(states) ?? '';
  if (machine === null) return 'ok';
  if (UNWELL.test(state)) return 'warn';
  return BUSY.test(state) ? 'busy' : 'ok';
}

/** Where an actor stands; of one that stands in several regions, the first. */
function firstLeafOf(states: readonly string[]): string | undefined {
  return states.find((state, index) => states[index + 1]?.startsWith(`${state}.`) !== true);
}
