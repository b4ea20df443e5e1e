import { useMemo, useState } from 'preact/hooks';
import { changedWords, type Marked } from './changed-words.ts';
import { Rest } from './long-text.tsx';
import { beginningOf } from './plain-text.ts';
import { saveText } from './save-text.ts';

const LINES = 500;
const MORE_LINES = 2_000;
/** More of a line than a screen is wide. */
const LINE_CHARACTERS = 500;
const MORE_CHARACTERS = 50_000;

/** A diff, its lines told apart by more than colour: each keeps its mark, and the words that changed are marked. */
export function Diff({ text }: { text: string }) {
  const [shown, setShown] = useState(LINES);
  const lines = useMemo(() => text.split('\n'), [text]);
  const marks = useMemo(() => changedWords(lines.slice(0, shown)), [lines, shown]);
  return (
    <pre class="diff" tabIndex={0}>
      {lines.slice(0, shown).map((line, index) => (
        <Line key={index} text={line} marked={marks.get(index)} />
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

function Line({ text, marked }: { text: string; marked: Marked | undefined }) {
  const [shown, setShown] = useState(LINE_CHARACTERS);
  const beginning = beginningOf(text, shown);
  const isCut = beginning.length < text.length;
  return (
    <span class={`${kindOf(text)}${text.length > LINE_CHARACTERS ? ' long' : ''}`}>
      {isCut || marked === undefined ? beginning : <Words text={text} marked={marked} />}
      {!isCut && '\n'}
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

function Words({ text, marked: [from, to] }: { text: string; marked: Marked }) {
  return (
    <>
      {text.slice(0, from)}
      {from < to && <mark>{text.slice(from, to)}</mark>}
      {text.slice(to)}
    </>
  );
}

function kindOf(line: string): string {
  if (/^(?:\+\+\+|---|diff |index |\*\*\* )/.test(line)) return 'file';
  if (line.startsWith('@@')) return 'hunk';
  if (line.startsWith('+')) return 'added';
  return line.startsWith('-') ? 'removed' : 'same';
}
