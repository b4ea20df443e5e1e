import { useState } from 'preact/hooks';

/** A field for words, and what of a list has them. */
export function useFilter(label: string, placeholder: string) {
  const [written, setWritten] = useState('');
  const words = written.trim().toLowerCase();
  const field = (
    <input
      type="search"
      aria-label={label}
      placeholder={placeholder}
      value={written}
      onInput={({ currentTarget }) => setWritten(currentTarget.value)}
    />
  );
  const keep = <Item,>(items: readonly Item[], textOf: (item: Item) => string): readonly Item[] =>
    words === '' ? items : items.filter((item) => textOf(item).toLowerCase().includes(words));
  return { field, keep };
}
