/** Parts of a statechart as its source names them, whether told by XState or by Stately's extractor. */
interface Part {
  type?: string;
  action?: { type?: string };
  target?: string;
  guard?: Part | string;
  cond?: Part | string;
  actions?: Some<Part | string>;
}

interface Invocation {
  src?: string;
  onDone?: Some<Part>;
  onError?: Some<Part>;
}

export interface StateParts {
  type?: string;
  entry?: Some<Part | string>;
  exit?: Some<Part | string>;
  invoke?: Some<Invocation>;
  always?: Some<Part>;
  on?: Record<string, Some<Part>>;
  after?: Record<string, Some<Part>>;
  states?: Record<string, StateParts>;
}

type Some<Thing> = Thing | Thing[];

/** One line for each state, entry, exit, invocation and transition, so that two machines can be compared. */
export function partsOf(state: StateParts, path = ''): string[] {
  const { type = '', states = {}, on = {}, after = {} } = state;
  return [
    `state ${path} ${type}`,
    `entry ${path}: ${namesOf(state.entry)}`,
    `exit ${path}: ${namesOf(state.exit)}`,
    ...listOf(state.invoke).flatMap((invocation) => invocationParts(invocation, path)),
    ...transitionParts(state.always, `${path} always`),
    ...Object.entries(on).flatMap(([event, some]) => transitionParts(some, `${path} on ${event}`)),
    ...Object.entries(after).flatMap(([delay, some]) => transitionParts(some, `${path} after ${delay}`)),
    ...Object.entries(states).flatMap(([key, child]) => partsOf(child, `${path}.${key}`)),
  ];
}

function invocationParts({ src, onDone, onError }: Invocation, path: string): string[] {
  return [
    `invoke ${path}: ${src}`,
    ...transitionParts(onDone, `${path} done ${src}`),
    ...transitionParts(onError, `${path} error ${src}`),
  ];
}

function transitionParts(some: Some<Part> | undefined, title: string): string[] {
  return listOf(some).map(({ target, guard, cond, actions }) =>
    [title, `[${namesOf(guard ?? cond)}]`, '→', target ?? 'stays', '/', namesOf(actions)].join(' '),
  );
}

function namesOf(some: Some<Part | string> | undefined): string {
  return listOf(some)
    .map((part) => (typeof part === 'string' ? part : (part.action?.type ?? part.type ?? '?')))
    .join(', ');
}

function listOf<Thing>(some: Some<Thing> | undefined): Thing[] {
  if (some === undefined) return [];
  return Array.isArray(some) ? some : [some];
}
