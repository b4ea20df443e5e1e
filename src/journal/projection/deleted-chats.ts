import { plusTotal } from '../../../machines/chat.usage.ts';
import type { ChatSummary, UsageTotal } from '../../contract/chats.ts';

/** So many are remembered. */
const REMEMBERED = 100;

/** The chats that were deleted last, the latest first, each as it last stood. */
export class DeletedChats {
  #chats: readonly ChatSummary[];
  /** What all that were ever deleted had used, by their agents. */
  usage: Record<string, UsageTotal>;

  constructor(chats: readonly ChatSummary[] = [], usage: Record<string, UsageTotal> = {}) {
    this.#chats = chats;
    this.usage = usage;
  }

  get all(): readonly ChatSummary[] {
    return this.#chats;
  }

  note(last: ChatSummary): void {
    const { awaitingInput: _, ...chat } = last;
    const { provider, usage } = chat;
    if (usage !== undefined)
      this.usage = { ...this.usage, [provider]: plusTotal(this.usage[provider], usage) };
    const others = this.#chats.filter(({ id }) => id !== chat.id);
    this.#chats = [{ ...chat, state: 'idle' as const, processing: false }, ...others].slice(0, REMEMBERED);
  }

  /** A chat that was created again under its id is not deleted any more. */
  forget(chatId: string): void {
    this.#chats = this.#chats.filter(({ id }) => id !== chatId);
  }
}
