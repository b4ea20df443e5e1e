import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { CopyButton } from '../copy-button.tsx';
import { LongText } from '../long-text.tsx';
import type { Highlighted, Highlighter } from './highlighter.ts';

/** More than this takes longer to colour than a frame of the screen. */
const COLOURED_CHARACTERS = 20_000;

/** Code, coloured once the grammars are loaded. */
export function Code({ text, language }: { text: string; language: string }) {
  const highlighter = useHighlighter(text.length <= COLOURED_CHARACTERS && language !== '');
  const tree = highlighter?.(text, language) ?? null;
  return (
    <div class="code">
      <div class="code-head">
        <span class="dim">{language || 'text'}</span>
        <CopyButton text={text} />
      </div>
      <pre tabIndex={0}>
        <code>{tree === null ? <LongText text={text} /> : toElements(tree)}</code>
      </pre>
    </div>
  );
}

function toElements(nodes: readonly Highlighted[]): ComponentChildren[] {
  return nodes.map((node, index) =>
    typeof node === 'string' ? (
      node
    ) : (
      <span key={index} class={node.classes}>
        {toElements(node.children)}
      </span>
    ),
  );
}

let loading: Promise<Highlighter> | null = null;
let loaded: Highlighter | null = null;

function useHighlighter(isWanted: boolean): Highlighter | null {
  const [, redraw] = useState(loaded !== null);
  useEffect(() => {
    if (!isWanted || loaded !== null) return;
    loading ??= import('./highlighter.ts').then(({ highlight }) => (loaded = highlight));
    void loading.then(() => redraw(true));
  }, [isWanted]);
  return isWanted ? loaded : null;
}
