import type { Readable } from 'node:stream';
import type { AnyActorRef, AnyMachineSnapshot, InspectionEvent, Subscription } from 'xstate';
import { transitionIdOf } from './charts/transition-id.ts';
import type { ActorFrame, ActorView } from '../contract/actors.ts';
import type { ActorEvents } from './actor-events.ts';
import { ActorSteps } from './actor-steps.ts';
import { actorsBelow, pathOf, statesOf, toActorView, type ActorViewOptions } from './actor-views.ts';
import { observe, type OnTrouble } from './observe.ts';
import { Watcher } from './watcher.ts';

/** How often watchers are told at most. */
const EVERY_MS = 100;
const PING_MS = 15_000;

export interface ActorWatchOptions extends ActorViewOptions {
  onTrouble: OnTrouble;
  /** Left out where nobody may send any. */
  events?: ActorEvents | undefined;
}

/**
 * The actors below a root, as they are and as they move. It listens to them only while somebody watches, and then costs
 * a bounded amount of time and memory however much happens.
 */
export class ActorWatch {
  readonly #root: AnyActorRef;
  readonly #options: ActorWatchOptions;
  readonly #watchers = new Set<Watcher>();
  readonly #changed = new Set<AnyActorRef>();
  readonly #steps = new ActorSteps();
  #known = new Set<string>();
  #listening: Subscription | null = null;
  #timers: NodeJS.Timeout[] = [];

  constructor(root: AnyActorRef, options: ActorWatchOptions) {
    this.#root = root;
    this.#options = options;
  }

  get events(): ActorEvents | undefined {
    return this.#options.events;
  }

  list(): ActorView[] {
    return actorsBelow(this.#root).map((actor) => toActorView(actor, this.#options));
  }

  /** Server-sent events: a `snapshot`, then a `change` whenever there is one. */
  follow(): Readable {
    this.#listen();
    const watcher: Watcher = new Watcher({
      snapshot: () => this.#snapshot(),
      onClose: () => this.#leave(watcher),
    });
    this.#watchers.add(watcher);
    return watcher.readable;
  }

  /** Ends every stream. */
  close(): void {
    for (const watcher of this.#watchers) watcher.end();
  }

  #listen(): void {
    if (this.#listening !== null) return;
    this.#known = new Set(actorsBelow(this.#root).map(pathOf));
    this.#listening = observe(this.#root, (event) => this.#notice(event), this.#options.onTrouble);
    const ping = () => {
      for (const watcher of this.#watchers) watcher.ping();
    };
    this.#timers = [setInterval(() => this.#tell(), EVERY_MS).unref(), setInterval(ping, PING_MS).unref()];
  }

  #leave(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    if (this.#watchers.size > 0) return;
    this.#listening?.unsubscribe();
    this.#listening = null;
    for (const timer of this.#timers) clearInterval(timer);
    this.#changed.clear();
    this.#steps.take();
  }

  #notice(event: InspectionEvent): void {
    const actor = event.actorRef as AnyActorRef;
    if (event.type === '@xstate.snapshot' || event.type === '@xstate.actor') this.#changed.add(actor);
    if (event.type !== '@xstate.microstep' || event._transitions.length === 0) return;
    this.#changed.add(actor);
    this.#steps.add({
      at: new Date().toISOString(),
      actor: pathOf(actor),
      event: event.event.type,
      transitions: event._transitions.map(transitionIdOf),
      states: statesOf((event.snapshot as AnyMachineSnapshot).value),
    });
  }

  #tell(): void {
    const { steps, dropped } = this.#steps.take();
    if (this.#changed.size === 0 && steps.length === 0) return;
    const frame = this.#frameOf({ steps, dropped });
    for (const watcher of this.#watchers) watcher.tell(frame);
  }

  #frameOf(happened: Pick<ActorFrame, 'steps' | 'dropped'>): ActorFrame {
    const actors = actorsBelow(this.#root);
    const changed = actors.filter((actor) => this.#changed.has(actor));
    const paths = new Set(actors.map(pathOf));
    const gone = [...this.#known].filter((path) => !paths.has(path));
    this.#known = paths;
    this.#changed.clear();
    return { actors: changed.map((actor) => toActorView(actor, this.#options)), gone, ...happened };
  }

  #snapshot(): ActorFrame {
    return { actors: this.list(), gone: [], steps: [], dropped: 0 };
  }
}
