import { createContext } from 'preact';
import { useContext, useState } from 'preact/hooks';

/** What a reader unfolded in one thing that was said. It outlives its drawing, which ends out of sight. */
export const Kept = createContext<Map<string, unknown> | null>(null);

/** State that is there again when its component is drawn again. */
export function useKept<Value>(name: string, initial: Value): [Value, (value: Value) => void] {
  const kept = useContext(Kept);
  const [value, setValue] = useState(kept?.has(name) ? (kept.get(name) as Value) : initial);
  const keep = (next: Value) => {
    kept?.set(name, next);
    setValue(next);
  };
  return [value, keep];
}
