import { useState } from 'preact/hooks';

export interface Choice {
  title: string;
  detail?: string;
}

interface ChoiceListProps<Item extends Choice> {
  id: string;
  label: string;
  choices: readonly Item[];
  chosen: number;
  onTake: (choice: Item) => void;
}

/** What can be chosen by the arrow keys while the focus stays in a field, which names the list as what it controls. */
export function ChoiceList<Item extends Choice>({
  id,
  label,
  choices,
  chosen,
  onTake,
}: ChoiceListProps<Item>) {
  return (
    <ul id={id} class="choices" role="listbox" aria-label={label}>
      {choices.map((choice, index) => (
        <li
          key={`${index} ${choice.title}`}
          id={optionId(id, index)}
          role="option"
          aria-selected={index === chosen}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onTake(choice)}
        >
          {choice.title} {choice.detail !== undefined && <span class="dim">{choice.detail}</span>}
        </li>
      ))}
    </ul>
  );
}

/** The place of the field in its list. */
export function useChoice(id: string, count: number) {
  const [place, setPlace] = useState(0);
  const chosen = Math.min(place, Math.max(0, count - 1));
  return {
    chosen,
    first: () => setPlace(0),
    /** Whether it was an arrow key. */
    press: (event: KeyboardEvent): boolean => {
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (by === undefined || count === 0) return false;
      event.preventDefault();
      setPlace((chosen + by + count) % count);
      return true;
    },
    field: count > 0 && { 'aria-controls': id, 'aria-activedescendant': optionId(id, chosen) },
  };
}

function optionId(id: string, index: number): string {
  return `${id}-${index}`;
}
