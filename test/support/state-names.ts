import type { AnyMachineSnapshot } from 'xstate';

/** The names of a machine's leaf states, as dotted paths: `running.working`. */
export type LeafOf<StateValue> =
  Exclude<Extract<StateValue, string>, CompoundOf<StateValue>> | NestedOf<StateValue>;

type CompoundOf<StateValue> = StateValue extends object ? keyof StateValue & string : never;

type NestedOf<StateValue> = StateValue extends object
  ? {
      [Key in keyof StateValue & string]-?: `${Key}.${LeafOf<NonNullable<StateValue[Key]>>}`;
    }[keyof StateValue & string]
  : never;

/** Of a machine with parallel states: its leaves within one region, and those beside the parallel state. */
export type LeafIn<StateValue, Region extends string> = Within<LeafOf<StateValue>, Region>;

type Within<Leaf, Region extends string> = Leaf extends `${Region}.${infer Rest}`
  ? Rest
  : Leaf extends `${string}.${string}`
    ? never
    : Leaf;

/** The leaf a machine without parallel states is in. */
export function leafOf<Snapshot extends AnyMachineSnapshot>({ value }: Snapshot): LeafOf<Snapshot['value']> {
  return leavesOf(value)[0] as LeafOf<Snapshot['value']>;
}

/** The leaf a machine is in within the region at this path, or beside the parallel state around that. */
export function leafIn<Snapshot extends AnyMachineSnapshot, Region extends string>(
  { value }: Snapshot,
  region: Region,
): LeafIn<Snapshot['value'], Region> {
  const leaves = leavesOf(value);
  const within = leaves.find((leaf) => leaf.startsWith(`${region}.`))?.slice(region.length + 1);
  return (within ?? leaves[0]) as LeafIn<Snapshot['value'], Region>;
}

function leavesOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return Object.entries(value as object).flatMap(([name, inner]) =>
    leavesOf(inner).map((leaf) => `${name}.${leaf}`),
  );
}

export function entriesOf<Key extends string, Value>(record: Record<Key, Value>): [Key, Value][] {
  return Object.entries(record) as [Key, Value][];
}
