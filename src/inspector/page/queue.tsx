import type { QueueItem } from '../../client/client.ts';
import type { Conversation } from './conversation/conversation.ts';
import { onlyFirstClick } from './first-click.ts';
import { beginningOf } from './plain-text.ts';

interface QueueProps {
  conversation: Conversation;
  /** Puts the text of a message that was withdrawn where it can be written anew. */
  onEdit: (text: string) => void;
}

const CHARACTERS = 300;
const TITLE_CHARACTERS = 2_000;

/** What waits behind the running turn: to be moved, taken back and written anew, or dropped. */
export function Queue({ conversation: { waiting }, onEdit }: QueueProps) {
  if (waiting.items.length === 0) return null;
  const edit = async ({ id, message }: QueueItem) => {
    if (await waiting.withdraw(id)) onEdit(message);
  };
  return (
    <section class="queue" aria-label="Queue">
      <h3>{waiting.items.length} in the queue</h3>
      <ol onClickCapture={onlyFirstClick}>
        {waiting.items.map((item, index) => (
          <li key={item.id}>
            <span class="dim">{index + 1}</span>
            <p title={beginningOf(item.message, TITLE_CHARACTERS)}>{beginningOf(item.message, CHARACTERS)}</p>
            <button
              type="button"
              class="quiet"
              aria-label={`Move ${index + 1} up`}
              aria-disabled={index === 0}
              onClick={() => void waiting.moveUp(item.id)}
            >
              ↑
            </button>
            <button type="button" class="quiet" onClick={() => void edit(item)}>
              Edit
            </button>
            <button type="button" class="quiet" onClick={() => void waiting.withdraw(item.id)}>
              Remove
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
