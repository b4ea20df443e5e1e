import { useEffect, useState } from 'preact/hooks';
import { mentionIn, withMention, type EngineClient } from '../../client/client.ts';

/** What the text before the cursor may become. */
export interface Completion {
  title: string;
  detail: string;
  text: string;
}

const MOST_SHOWN = 8;
const PAUSE_MS = 80;

const COMMAND = /^\/\S*$/;

interface Found {
  before: string;
  completions: readonly Completion[];
}

interface Written {
  client: EngineClient;
  chatId: string;
  /** The text before the cursor. */
  before: string;
}

/** The commands that begin with what is written, or the files whose path has its letters behind an `@`. */
export function useCompletions({ client, chatId, before }: Written): readonly Completion[] {
  const [found, setFound] = useState<Found>({ before: '', completions: [] });
  const isCompletable = COMMAND.test(before) || mentionIn(before) !== null;
  useEffect(() => {
    if (!isCompletable) return undefined;
    const stop = new AbortController();
    const wanted = { client, chatId, before, signal: stop.signal };
    const find = COMMAND.test(before) ? findCommands : findFiles;
    // Without them the message can be written all the same.
    const show = (completions: readonly Completion[]) => setFound({ before, completions });
    const timer = setTimeout(() => void find(wanted).then(show, () => {}), PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [chatId, isCompletable ? before : null]);
  return isCompletable && found.before === before ? found.completions : [];
}

type Wanted = Written & { signal: AbortSignal };

async function findCommands({ client, chatId, before, signal }: Wanted): Promise<Completion[]> {
  const commands = await client.chats.commands(chatId, { signal });
  return commands
    .filter(({ command }) => command.startsWith(before))
    .slice(0, MOST_SHOWN)
    .map(({ command, description, argumentHint = '' }) => ({
      title: command,
      detail: `${argumentHint} ${description}`,
      text: `${command} `,
    }));
}

async function findFiles({ client, before, signal }: Wanted): Promise<Completion[]> {
  const { files } = await client.files(mentionIn(before) ?? '', { limit: MOST_SHOWN, signal });
  return files.map((path) => ({
    title: path.slice(path.lastIndexOf('/') + 1),
    detail: path,
    text: withMention(before, path),
  }));
}
