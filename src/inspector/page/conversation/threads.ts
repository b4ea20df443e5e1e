import type { Entry } from './entry.ts';

export interface Threads {
  /** What the agent itself said, and sub-agents whose calls are not there. */
  main: readonly Entry[];
  /** What sub-agents said, by the `id` of the call they work for. */
  inside: ReadonlyMap<string, readonly Entry[]>;
}

export function byThread(entries: readonly Entry[]): Threads {
  if (!entries.some(({ thread }) => thread !== null)) return { main: entries, inside: new Map() };
  const calls = new Set(entries.flatMap(({ item }) => (item.kind === 'tool' ? [item.id] : [])));
  const main: Entry[] = [];
  const inside = new Map<string, Entry[]>();
  for (const entry of entries) {
    const { thread } = entry;
    if (thread === null || !calls.has(thread)) main.push(entry);
    else
      inside
        .set(thread, inside.get(thread) ?? [])
        .get(thread)
        ?.push(entry);
  }
  return { main, inside };
}
