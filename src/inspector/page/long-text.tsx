import type { ComponentChildren } from 'preact';
import { useKept } from './kept.ts';
import { beginningOf } from './plain-text.ts';
import { saveText } from './save-text.ts';

const CHARACTERS = 6_000;
/** As much as a screen can be asked to lay out at once. */
const MORE_CHARACTERS = 50_000;

interface LongTextProps {
  text: string;
  /** So much is shown at first. */
  characters?: number;
  /** How the beginning is drawn; as it is when left out. */
  draw?: (beginning: string) => ComponentChildren;
}

/** The beginning of a text, and a way to the rest. */
export function LongText({ text, characters = CHARACTERS, draw = (beginning) => beginning }: LongTextProps) {
  const [shown, setShown] = useKept(text, characters);
  const beginning = beginningOf(text, shown);
  return (
    <>
      {draw(beginning)}
      {beginning.length < text.length && (
        <Rest
          hidden={text.length - beginning.length}
          what="characters"
          onMore={() => setShown(shown + MORE_CHARACTERS)}
          onSave={() => saveText(text)}
        />
      )}
    </>
  );
}

interface RestProps {
  hidden: number;
  what: 'characters' | 'lines';
  onMore?: () => void;
  onSave: () => void;
}

/** Says what is not shown, and offers it. */
export function Rest({ hidden, what, onMore, onSave }: RestProps) {
  return (
    <span class="rest">
      … {hidden.toLocaleString('en')} more {what}
      {onMore && (
        <button type="button" onClick={onMore}>
          Show more
        </button>
      )}
      <button type="button" onClick={onSave}>
        Save all
      </button>
    </span>
  );
}
