import { useEffect, useState } from 'preact/hooks';
import type { SlashCommand } from '../../client/client.ts';
import type { PageStore } from './page-state.ts';

const MOST_SHOWN = 8;

interface CommandListProps {
  store: PageStore;
  chatId: string;
  /** What is written so far. */
  text: string;
  onChoose: (text: string) => void;
}

/** The commands that begin with what is written, while that is the beginning of one. */
export function CommandList({ store, chatId, text, onChoose }: CommandListProps) {
  const isCommand = /^\/\S*$/.test(text);
  const [commands, setCommands] = useState<readonly SlashCommand[]>([]);
  useEffect(() => {
    if (!isCommand) return;
    // Without them the message can be written all the same.
    store.state.client.chats.commands(chatId).then(setCommands, () => setCommands([]));
  }, [isCommand]);
  const found = isCommand ? commands.filter(({ command }) => command.startsWith(text)) : [];
  if (found.length === 0) return null;
  return (
    <ul class="command-list" aria-label="Commands">
      {found.slice(0, MOST_SHOWN).map(({ command, description, argumentHint }) => (
        <li key={command}>
          <button type="button" onClick={() => onChoose(`${command} `)}>
            <b>{command}</b> <span class="dim">{argumentHint}</span> {description}
          </button>
        </li>
      ))}
    </ul>
  );
}
