import { useMemo, useState } from 'preact/hooks';
import { Rest } from './long-text.tsx';
import { beginningOf } from './plain-text.ts';
import { saveText } from './save-text.ts';

const LINES = 500;
const MORE_LINES = 2_000;
/** More of a line than a screen is wide. */
const LINE_CHARACTERS = 500;
const MORE_CHARACTERS = 50_000;

/** A diff, its lines told apart by more than colour: each keeps its mark. */
export function Diff({ text }: { text: string }) {
  const [shown, setShown] = useState(LINES);
  const lines = useMemo(() => text.split('\n'), [text]);
  return (
    <pre class="diff" tabIndex={0}>
      {lines.slice(0, shown).map((line, index) => (
        <Line key={index} text={line} />
      ))}
      {lines.length > shown && (
        <Rest
          hidden={lines.length - shown}
          what="lines"
          onMore={() => setShown(shown + MORE_LINES)}
          onSave={() => saveText(text, 'changes.diff')}
        />
      )}
    </pre>
  );
}

function Line({ text }: { text: string }) {
  const [shown, setShown] = useState(LINE_CHARACTERS);
  const beginning = beginningOf(text, shown);
  const isCut = beginning.length < text.length;
  return (
    <span class={`${kindOf(text)}${text.length > LINE_CHARACTERS ? ' long' : ''}`}>
      {isCut ? beginning : `${text}\n`}
      {isCut && (
        <Rest
          hidden={text.length - beginning.length}
          what="characters"
          onMore={() => setShown(shown + MORE_CHARACTERS)}
          onSave={() => saveText(text)}
        />
      )}
    </span>
  );
}

function kindOf(line: string): string {
  if (/^(?:\+\+\+|---|diff |index |\*\*\* )/.test(line)) return 'file';
  if (line.startsWith('@@')) return 'hunk';
  if (line.startsWith('+')) return 'added';
  return line.startsWith('-') ? 'removed' : 'same';
}
