import type { PageStore } from '../page-state.ts';

/** Where an actor stands, or stood at the moment that is looked at. */
export function statesAt({ moment, actors }: PageStore['state'], path: string): readonly string[] {
  return (moment?.actor === path ? moment : actors.get(path))?.states ?? [];
}
