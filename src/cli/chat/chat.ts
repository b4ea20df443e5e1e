import { mentionIn, withMention, type EngineClient } from '../../client/client.ts';
import { noteOfBoot } from '../waiting-note.ts';
import type { ChatChoice } from '../command-options.ts';
import { findChat } from '../find-chat.ts';
import { CliError, EXIT, type Terminal } from '../terminal.ts';
import { Conversation } from './conversation.ts';
import { Screen } from './screen.ts';

export interface ChatOptions extends ChatChoice {
  /** Gives up soon: whether there is an engine at all shows at once. */
  finder: EngineClient;
  /** Tries again for ever: an engine that was there comes back. */
  client: EngineClient;
  /** How much of what was said before is shown, in events of the agent. */
  historyLimit: number;
}

/** Holds a conversation in the terminal until it is left. The agent's work goes on without it. */
export async function chat(
  terminal: Terminal,
  { finder, client, historyLimit, ...choice }: ChatOptions,
): Promise<number> {
  if (!terminal.isInteractive)
    throw new CliError('A chat needs a terminal; `replicas-engine send` works without one.', EXIT.USAGE);
  const leaving = new AbortController();
  terminal.stopSignal().addEventListener('abort', () => leaving.abort());
  const { signal } = leaving;
  const { chat: chosen } = await findChat(finder, { ...choice, signal });
  const { boot } = await finder.status({ signal });
  const complete = (typed: string) => completeFile(client, typed);
  const conversation = new Conversation({
    client,
    greeting: noteOfBoot(boot),
    chat: chosen,
    signal,
    colors: terminal.colors,
    leave: () => leaving.abort(),
    openScreen: (listeners) => new Screen({ ...terminal.streams, ...listeners, complete }),
  });
  try {
    await conversation.follow(historyLimit);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    conversation.close();
  }
  return EXIT.DONE;
}

/** The file whose name has these letters best; none that cannot be had is missed. */
async function completeFile(client: EngineClient, typed: string): Promise<string | null> {
  const letters = mentionIn(typed);
  if (letters === null) return null;
  const { files } = await client.files(letters, { limit: 1 }).catch(() => ({ files: [] }));
  return files[0] === undefined ? null : withMention(typed, files[0]);
}
