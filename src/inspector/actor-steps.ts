import type { ActorStep } from '../contract/actors.ts';

/** More within one frame than anybody can look at; the oldest go first. */
const MOST_STEPS = 200;

/** Steps since the last frame, equal ones that follow each other in an actor counted as one. */
export class ActorSteps {
  #steps: ActorStep[] = [];
  #dropped = 0;
  readonly #last = new Map<string, ActorStep>();

  add(step: Omit<ActorStep, 'count'>): void {
    const last = this.#last.get(step.actor);
    if (last !== undefined && isSame(last, step)) last.count += 1;
    else this.#append({ ...step, count: 1 });
  }

  take(): { steps: ActorStep[]; dropped: number } {
    const taken = { steps: this.#steps, dropped: this.#dropped };
    this.#steps = [];
    this.#dropped = 0;
    this.#last.clear();
    return taken;
  }

  #append(step: ActorStep): void {
    this.#steps.push(step);
    this.#last.set(step.actor, step);
    if (this.#steps.length <= MOST_STEPS) return;
    this.#dropped += this.#steps.shift()?.count ?? 0;
  }
}

function isSame(one: Omit<ActorStep, 'count'>, other: Omit<ActorStep, 'count'>): boolean {
  return (
    one.event === other.event &&
    one.transitions.join() === other.transitions.join() &&
    one.states.join() === other.states.join()
  );
}
