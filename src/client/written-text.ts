import type { EngineEvent } from '../contract/events.ts';
import { partOf, sayingsOf } from '../agents/say.ts';

/**
 * What the agent of one chat is writing, piece by piece, until it is said as a whole. Pieces have no id: behind a
 * connection that broke they may come again or be missing, so that the text then stays as it is until its end.
 */
export class WrittenText {
  readonly #chatId: string;
  #text = '';
  #isBroken = false;

  constructor(chatId: string) {
    this.#chatId = chatId;
  }

  /** Empty when nothing is being written. */
  get text(): string {
    return this.#text;
  }

  /** An event of the stream, of any chat. */
  take(event: EngineEvent): void {
    if (event.type === 'stream.reset') return this.#clear();
    if (!('chatId' in event.payload) || event.payload.chatId !== this.#chatId) return;
    if (event.type === 'chat.turn.partial') this.#add(event.payload.event);
    const isSaid =
      event.type === 'chat.turn.delta' &&
      sayingsOf(event.payload.event).some(({ kind }) => kind === 'text' || kind === 'plan');
    if (isSaid || event.type === 'chat.turn.completed') this.#clear();
  }

  /** The connection broke: call it when `onConnection` says `lost`. */
  break(): void {
    this.#isBroken = this.#text !== '';
  }

  #add(event: Parameters<typeof partOf>[0]): void {
    const part = partOf(event);
    if (part?.kind === 'text' && !this.#isBroken) this.#text += part.text;
  }

  #clear(): void {
    this.#text = '';
    this.#isBroken = false;
  }
}
