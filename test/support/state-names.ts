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

/** The leaf a machine without parallel states is in. */
export function leafOf<Snapshot extends AnyMachineSnapshot>({ value }: Snapshot): LeafOf<Snapshot['value']> {
  const names: string[] = [];
  for (let rest: unknown = value; rest !== undefined;) {
    const [name, inner] =
      typeof rest === 'string' ? [rest, undefined] : (Object.entries(rest as object)[0] ?? []);
    if (name !== undefined) names.push(name);
    rest = inner;
  }
  return names.join('.') as LeafOf<Snapshot['value']>;
}

export function entriesOf<Key extends string, Value>(record: Record<Key, Value>): [Key, Value][] {
  return Object.entries(record) as [Key, Value][];
}
