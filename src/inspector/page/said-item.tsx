import { CopyButton } from './copy-button.tsx';
import type { Entry, Item } from './conversation/entry.ts';
import type { Threads } from './conversation/threads.ts';
import { Kept, useKept } from './kept.ts';
import { LongText } from './long-text.tsx';
import { LongMarkdown } from './markdown/long-markdown.tsx';
import { memo } from './memo.ts';
import { beginningOf } from './plain-text.ts';
import { ToolCard } from './tool-card.tsx';

type Inside = Threads['inside'];

interface SaidItemProps {
  entry: Entry;
  version: number;
  /** What sub-agents said, when one works for this call. */
  inside: Inside | undefined;
}

/** One thing that was said, by whom and when. */
export const SaidItem = memo(function SaidItem({ entry: { item, at, kept }, inside }: SaidItemProps) {
  return (
    <Kept.Provider value={kept}>
      <Body item={item} />
      {item.kind === 'tool' && inside !== undefined && <SubAgent id={item.id} inside={inside} />}
      {(item.kind === 'text' || item.kind === 'user') && (
        <div class="said-tools">
          <time dateTime={at}>{timeOf(at)}</time>
          <CopyButton text={item.text} />
        </div>
      )}
    </Kept.Provider>
  );
});

export function insideOf({ item }: Entry, inside: Inside): Inside | undefined {
  return item.kind === 'tool' && inside.has(item.id) ? inside : undefined;
}

/** What a sub-agent said, which is drawn when somebody looks. */
function SubAgent({ id, inside }: { id: string; inside: Inside }) {
  const [isOpen, setOpen] = useKept('thread', false);
  const entries = inside.get(id) ?? [];
  return (
    <details class="sub-agent" open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <b>Sub-agent</b> {entries.length === 1 ? '1 step' : `${entries.length} steps`}
      </summary>
      {isOpen && (
        <ol>
          {entries.map((entry) => (
            <li key={entry.number} class={`said ${entry.item.kind}`}>
              <SaidItem entry={entry} version={entry.version} inside={insideOf(entry, inside)} />
            </li>
          ))}
        </ol>
      )}
    </details>
  );
}

function Body({ item }: { item: Item }) {
  switch (item.kind) {
    case 'tool':
      return <ToolCard item={item} />;
    case 'text':
    case 'plan':
      return <LongMarkdown text={item.text} />;
    case 'thinking':
      return <Thinking text={item.text} />;
    case 'image':
      return item.url === undefined ? <p>[{item.text}]</p> : <img alt={item.text} src={item.url} />;
    default:
      return (
        <p>
          <LongText text={item.text} />
        </p>
      );
  }
}

function Thinking({ text }: { text: string }) {
  const [isOpen, setOpen] = useKept('open', false);
  return (
    <details open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <b>Thinking</b> {beginningOf(text.trim(), 120)}
      </summary>
      {isOpen && <LongMarkdown text={text} />}
    </details>
  );
}

function timeOf(at: string): string {
  return new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}
