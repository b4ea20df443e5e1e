import type { ComponentChild } from 'preact';
import type { Conversation } from './conversation/conversation.ts';
import type { Entry } from './conversation/entry.ts';
import type { Threads } from './conversation/threads.ts';
import { LongText } from './long-text.tsx';
import { Markdown } from './markdown/markdown.tsx';
import { insideOf, SaidItem } from './said-item.tsx';

/** So much of what is being written is drawn, ten times a second. */
const LIVE_CHARACTERS = 6_000;

/** One line of the conversation. */
export interface Row {
  key: number | string;
  kind: string;
  isGrowing?: true;
  body: ComponentChild;
}

export function rowOf(entry: Entry, inside: Threads['inside']): Row {
  const body = <SaidItem entry={entry} version={entry.version} inside={insideOf(entry, inside)} />;
  return { key: entry.number, kind: entry.item.kind, body };
}

/** What is being written, and what was sent before the agent repeats it. */
export function comingIn({ live, pending }: Conversation): readonly Row[] {
  const sent = pending.shown.map(({ messageId, text, state }) => ({
    key: messageId,
    kind: 'user pending',
    body: <Pending text={text} state={state} />,
  }));
  if (live === '') return sent;
  return [{ key: 'live', kind: 'text live', isGrowing: true, body: <Live text={live} /> }, ...sent];
}

function Live({ text }: { text: string }) {
  const hidden = text.length - LIVE_CHARACTERS;
  return (
    <>
      {hidden > 0 && <p class="dim">… {hidden.toLocaleString('en')} characters before that</p>}
      <Markdown text={text.slice(-LIVE_CHARACTERS)} />
    </>
  );
}

function Pending({ text, state }: { text: string; state: string }) {
  return (
    <>
      <p>
        <LongText text={text} />
      </p>
      <span class="dim">{state}</span>
    </>
  );
}
