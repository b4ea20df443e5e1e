import { useState } from 'preact/hooks';
import { CopyButton } from './copy-button.tsx';
import type { Entry, Item } from './conversation/conversation.ts';
import { LongText } from './long-text.tsx';
import { Markdown } from './markdown/markdown.tsx';
import { memo } from './memo.ts';
import { beginningOf } from './plain-text.ts';
import { ToolCard } from './tool-card.tsx';

/** One thing that was said, by whom and when. */
export const SaidItem = memo(function SaidItem({ entry: { item, at } }: { entry: Entry; version: number }) {
  return (
    <li class={`said ${item.kind}`}>
      <Body item={item} />
      {(item.kind === 'text' || item.kind === 'user') && (
        <div class="said-tools">
          <time dateTime={at}>{timeOf(at)}</time>
          <CopyButton text={item.text} />
        </div>
      )}
    </li>
  );
});

function Body({ item }: { item: Item }) {
  switch (item.kind) {
    case 'tool':
      return <ToolCard item={item} />;
    case 'text':
    case 'plan':
      return <LongMarkdown text={item.text} />;
    case 'thinking':
      return <Thinking text={item.text} />;
    default:
      return (
        <p>
          <LongText text={item.kind === 'image' ? `[${item.text}]` : item.text} />
        </p>
      );
  }
}

function Thinking({ text }: { text: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <b>Thinking</b> {beginningOf(text.trim(), 120)}
      </summary>
      {isOpen && <LongMarkdown text={text} />}
    </details>
  );
}

const CHARACTERS = 12_000;

/** The beginning of a text in Markdown, and a way to the rest. */
export function LongMarkdown({ text }: { text: string }) {
  return <LongText text={text} characters={CHARACTERS} draw={(beginning) => <Markdown text={beginning} />} />;
}

function timeOf(at: string): string {
  return new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}
