import { isWaiting, messageOf, waitingOf } from '../../machines/chat.context.ts';
import type { ChatEvent } from '../../machines/chat.events.ts';
import { previewOf } from '../../machines/chat.record.ts';
import type { AgentDriver } from '../agents/agent.ts';
import type { ChatActor } from '../journal/record-actors.ts';
import type {
  Interrupt,
  InterruptReceipt,
  MessageReceipt,
  QueueItem,
  SendMessage,
  SentMessage,
  Steer,
} from '../contract/messages.ts';
import type { ChatRecord, QueuedMessage } from '../contract/records.ts';
import { EngineError } from '../errors.ts';
import { readContent, type Payloads } from '../storage/payloads.ts';
import {
  acceptMessage,
  digestOf,
  NO_MODES,
  storeMessage,
  withoutDefaults,
  type FetchImages,
} from './accept-message.ts';
import type { Gate } from './gate.ts';
import type { Tasks } from './tasks.ts';

/** More messages than this do not wait in one chat. */
const QUEUE_LIMIT = 1000;

/** More than these are not said into one turn. */
const STEERED_LIMIT = 100;

export interface MessagesOptions {
  payloads: Payloads;
  /** By provider. */
  drivers: ReadonlyMap<string, AgentDriver>;
  fetchImages: FetchImages;
  tasks: Pick<Tasks, 'refuseUnlessTold' | 'stopAll'>;
  /** Told of each message that is being accepted. */
  timeAccept?: (accepting: Promise<MessageReceipt>) => Promise<MessageReceipt>;
}

/** What can be done with the messages of a chat. */
export class Messages {
  readonly #gate: Gate;
  readonly #options: MessagesOptions;

  constructor(gate: Gate, options: MessagesOptions) {
    this.#gate = gate;
    this.#options = options;
  }

  /** A message that was accepted before gets the answer it got then. */
  send(chatId: string, sent: SentMessage): Promise<MessageReceipt> {
    const accepting = this.#send(chatId, sent);
    return this.#options.timeAccept?.(accepting) ?? accepting;
  }

  async #send(chatId: string, sent: SentMessage): Promise<MessageReceipt> {
    this.#gate.refuseWhenMoved();
    const { drivers, payloads, fetchImages } = this.#options;
    const record = this.#gate.recordOf(chatId);
    const { provider } = record.chat;
    const driver = drivers.get(provider) ?? { provider, modes: [] };
    const request = withoutDefaults(sent, drivers.get(provider)?.defaultThinkingLevel);
    const known = findReceipt(record, request);
    if (known !== undefined) return this.#gate.accepted(known);
    this.#gate.refuseNewWork();
    const message = await acceptMessage(sent, { digest: digestOf(request), driver, payloads, fetchImages });
    const accepted = findReceipt(this.#gate.recordOf(chatId), request) ?? this.#submit(chatId, message);
    return this.#gate.accepted(accepted);
  }

  /** Says a message into the running turn; one that was accepted before gets the answer it got then. */
  async steer(chatId: string, request: Steer): Promise<MessageReceipt> {
    this.#gate.refuseWhenMoved();
    const known = findReceipt(this.#gate.recordOf(chatId), request);
    if (known !== undefined) return this.#gate.accepted(known);
    this.#gate.refuseNewWork();
    this.#refuseUnlessSteerable(chatId);
    const { payloads } = this.#options;
    const message = await storeMessage(request, { digest: digestOf(request), modes: NO_MODES, payloads });
    const accepted = findReceipt(this.#gate.recordOf(chatId), request) ?? this.#say(chatId, message);
    return this.#gate.accepted(accepted);
  }

  /** What runs beside the turn goes on, or is stopped with it; sub-agents always are. */
  async interrupt(chatId: string, { clearQueue, background = 'keep' }: Interrupt): Promise<InterruptReceipt> {
    if (clearQueue) this.#gate.refuseWhenStopping();
    if (background === 'stop') this.#options.tasks.refuseUnlessTold(chatId);
    const actor = this.#gate.actorOf(chatId);
    const snapshot = actor.getSnapshot();
    const interrupted = snapshot.hasTag('processing');
    let queue = waitingOf(snapshot.context).map(({ messageId }) => messageId);
    const hearing = actor.on('chat.interrupted', ({ payload }) => {
      queue = payload.queue;
    });
    if (interrupted) actor.send({ type: 'turn.interrupt', clearQueue });
    else if (clearQueue) actor.send({ type: 'queue.clear' });
    hearing.unsubscribe();
    if (background === 'stop') await this.#options.tasks.stopAll(chatId);
    return this.#gate.committed({ interrupted, queue, background });
  }

  async queue(chatId: string): Promise<{ chatId: string; processing: boolean; queue: QueueItem[] }> {
    const { processing } = this.#gate.recordOf(chatId).chat;
    return this.#gate.read({ chatId, processing, queue: await this.#waiting(chatId) });
  }

  async withdraw(chatId: string, messageId: string): Promise<QueueItem[]> {
    this.#refuseUnlessWaiting(chatId, messageId);
    this.#gate.actorOf(chatId).send({ type: 'message.withdraw', messageId });
    return this.#gate.committed(await this.#waiting(chatId));
  }

  async clearQueue(chatId: string): Promise<QueueItem[]> {
    this.#gate.refuseWhenStopping();
    this.#gate.actorOf(chatId).send({ type: 'queue.clear' });
    return this.#gate.committed(await this.#waiting(chatId));
  }

  async reorder(chatId: string, move: { messageId: string; position: number }): Promise<QueueItem[]> {
    this.#refuseUnlessWaiting(chatId, move.messageId);
    this.#gate.actorOf(chatId).send({ type: 'queue.reorder', ...move });
    return this.#gate.committed(await this.#waiting(chatId));
  }

  #submit(chatId: string, message: QueuedMessage): MessageReceipt {
    this.#gate.refuseWhenStopping();
    const actor = this.#gate.actorOf(chatId);
    if (waitingOf(actor.getSnapshot().context).length >= QUEUE_LIMIT) {
      throw new EngineError('QUEUE_FULL', { chatId, limit: QUEUE_LIMIT });
    }
    return answerOf(actor, { type: 'message.submit', message });
  }

  #say(chatId: string, message: QueuedMessage): MessageReceipt {
    this.#refuseUnlessSteerable(chatId);
    return answerOf(this.#gate.actorOf(chatId), { type: 'message.steer', message });
  }

  #refuseUnlessSteerable(chatId: string): void {
    this.#gate.refuseWhenStopping();
    const { provider } = this.#gate.recordOf(chatId).chat;
    if (this.#options.drivers.get(provider)?.canSteer !== true)
      throw new EngineError('STEER_UNSUPPORTED', { chatId, provider });
    const actor = this.#gate.actorOf(chatId);
    if (!takesSteers(actor)) throw new EngineError('NOTHING_TO_STEER', { chatId });
    if (actor.getSnapshot().context.record.steered.length < STEERED_LIMIT) return;
    throw new EngineError('QUEUE_FULL', { chatId, limit: STEERED_LIMIT });
  }

  /** A chat of an engine that stops changes nothing any more. */
  #refuseUnlessWaiting(chatId: string, messageId: string): void {
    this.#gate.refuseWhenStopping();
    if (isWaiting(this.#gate.actorOf(chatId).getSnapshot().context, messageId)) return;
    throw new EngineError('MESSAGE_NOT_FOUND', { chatId, messageId });
  }

  /** Read one after the other: each may hold as much as a body. */
  async #waiting(chatId: string): Promise<QueueItem[]> {
    const items: QueueItem[] = [];
    for (const message of waitingOf(this.#gate.actorOf(chatId).getSnapshot().context))
      items.push(await this.#toQueueItem(message));
    return items;
  }

  /** A text that is gone fails in a turn of its own. */
  async #toQueueItem({ messageId, content, queuedAt, sender }: QueuedMessage): Promise<QueueItem> {
    const stored = await readContent(content, this.#options.payloads).catch(() => null);
    return { id: messageId, message: stored?.text ?? previewOf(content), queuedAt, ...sender };
  }
}

/** Whether the chat would do something with such a message, whichever it is. */
function takesSteers(actor: ChatActor): boolean {
  const snapshot = actor.getSnapshot();
  const message = messageOf(snapshot.context);
  return message !== null && snapshot.can({ type: 'message.steer', message });
}

/** What a chat answers to a message: what it says of it in the step that takes it. */
function answerOf(
  actor: ChatActor,
  event: Extract<ChatEvent, { type: 'message.submit' | 'message.steer' }>,
): MessageReceipt {
  const answers: MessageReceipt[] = [];
  const listening = actor.on('chat.turn.accepted', ({ payload }) => answers.push(toAnswer(payload)));
  actor.send(event);
  listening.unsubscribe();
  const [answer] = answers;
  if (answer === undefined) throw new EngineError('CHAT_NOT_FOUND', { chatId: actor.id });
  return answer;
}

function findReceipt({ chat, receipts }: ChatRecord, request: SendMessage): MessageReceipt | undefined {
  const { messageId } = request;
  if (messageId === undefined) return undefined;
  const receipt = receipts.findLast((candidate) => candidate.messageId === messageId);
  if (receipt === undefined) return undefined;
  if (receipt.digest === digestOf(request)) return toAnswer(receipt);
  throw new EngineError('MESSAGE_CONFLICT', { chatId: chat.id, messageId });
}

function toAnswer({ messageId, position }: { messageId: string; position: number }): MessageReceipt {
  return { messageId, queued: position > 0, position };
}
