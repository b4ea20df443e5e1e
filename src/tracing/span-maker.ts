import type { ChatRecord, QueuedMessage } from '../contract/records.ts';
import type { EngineEventBody } from '../contract/events.ts';
import { sayingsOf } from '../agents/say.ts';
import type { Saying } from '../agents/saying.ts';
import type { StoredEventType, StoredLine } from '../journal/event-line.ts';
import { endAttributes, textAttribute, toolAttributes, withMessage } from './attributes.ts';
import { OpenSpans } from './open-spans.ts';
import { rootOf, type Attributes, type TracedSpan } from './span.ts';
import { childOf, turnOf, type KnownMessage, type Turn } from './turn.ts';

export interface SpanMakerOptions {
  workspaceId: string;
  /** What is known of the chats as of `headId`. */
  records: Iterable<ChatRecord>;
  /** Lines up to here were written by earlier engines: of these only what still runs is made out. */
  headId: string;
  /** Tells what was said, too. */
  withContent: boolean;
}

const READ_BACK: ReadonlySet<StoredEventType> = new Set([
  'chat.turn.delta',
  'chat.request.opened',
  'chat.request.closed',
  'hooks.started',
  'hooks.completed',
  'hooks.failed',
]);

/** The events of which anything is traced. */
export const TRACED: ReadonlySet<string> = new Set<StoredEventType>([
  ...READ_BACK,
  'chat.created',
  'chat.deleted',
  'chat.turn.accepted',
  'chat.message.dropped',
  'chat.turn.started',
  'chat.turn.completed',
  'credentials.changed',
]);

/** Makes spans of the lines of the log, in their order; those of a turn all together when it ends. No effects. */
export class SpanMaker {
  readonly #options: SpanMakerOptions;
  readonly #providers = new Map<string, string>();
  readonly #messages = new Map<string, KnownMessage>();
  /** By chat. */
  readonly #turns = new Map<string, Turn>();
  readonly #open = new OpenSpans();

  constructor(options: SpanMakerOptions) {
    this.#options = options;
    for (const { chat, queue, steered, turn } of options.records) {
      this.#providers.set(chat.id, chat.provider);
      for (const message of [...queue, ...steered.map((one) => one.message)]) this.#know(chat.id, message);
      if (turn === null) continue;
      this.#know(chat.id, turn.message);
      this.#begin({ chatId: chat.id, messageId: turn.message.messageId }, Date.parse(turn.startedAt));
    }
  }

  /** What earlier engines ended they have told. */
  take(line: StoredLine): TracedSpan[] {
    if (line.id > this.#options.headId) return this.#take(line);
    if (READ_BACK.has(line.type)) this.#take(line);
    return [];
  }

  #take(line: StoredLine): TracedSpan[] {
    const at = Date.parse(line.ts);
    switch (line.type) {
      case 'chat.created':
        this.#providers.set(line.payload.chat.id, line.payload.chat.provider);
        return [];
      case 'chat.deleted':
        this.#providers.delete(line.payload.chatId);
        return [];
      case 'chat.turn.accepted':
        if (line.record?.message !== undefined) this.#know(line.payload.chatId, line.record.message);
        return [];
      case 'chat.message.dropped':
        this.#messages.delete(keyOf(line.payload));
        return [];
      case 'chat.turn.started':
        if (line.payload.steers === undefined)
          this.#begin(line.payload, Date.parse(line.record?.startedAt ?? line.ts));
        return [];
      case 'chat.turn.delta':
        return this.#hear(line.payload, at);
      case 'chat.turn.completed':
        return this.#end(line.payload, at);
      case 'chat.request.opened':
        return this.#ask(line.payload, at);
      case 'chat.request.closed': {
        const { chatId, requestId, outcome } = line.payload;
        return this.#open.close(`request ${chatId} ${requestId}`, {
          at,
          added: { 'replicas.request.outcome': outcome },
        });
      }
      case 'hooks.started':
      case 'hooks.completed':
      case 'hooks.failed':
        return this.#runHooks(line, at);
      case 'credentials.changed':
        return this.#refresh(line, at);
      default:
        return [];
    }
  }

  #know(chatId: string, { messageId, model, traceparent }: QueuedMessage): void {
    this.#messages.set(keyOf({ chatId, messageId }), { model, traceparent });
  }

  #begin({ chatId, messageId }: { chatId: string; messageId: string }, startedAt: number): void {
    if (this.#turns.get(chatId)?.messageId === messageId) return; // it was handed over again
    const message = this.#messages.get(keyOf({ chatId, messageId }));
    const provider = this.#providers.get(chatId);
    const { workspaceId } = this.#options;
    this.#turns.set(chatId, turnOf({ workspaceId, chatId, messageId, provider, startedAt, message }));
  }

  #hear(
    { chatId, messageId, event }: EngineEventBody<'chat.turn.delta'>['payload'],
    at: number,
  ): TracedSpan[] {
    const turn = this.#turns.get(chatId);
    if (turn === undefined || turn.messageId !== messageId) return [];
    return sayingsOf(event).flatMap((saying) => this.#hearOne(saying, { chatId, turn, at }));
  }

  #hearOne(saying: Saying, { chatId, turn, at }: { chatId: string; turn: Turn; at: number }): TracedSpan[] {
    const { withContent } = this.#options;
    if (saying.kind === 'tool') {
      const content = withContent ? { 'gen_ai.tool.call.arguments': textAttribute(saying.input) } : {};
      const span = childOf(turn, {
        parts: ['tool', saying.id],
        name: `execute_tool ${saying.name}`,
        startedAt: at,
        attributes: { ...toolAttributes(saying), ...content },
      });
      this.#open.start(`tool ${chatId} ${saying.id}`, { span, turn });
    } else if (saying.kind === 'result') {
      const added = {
        ...(withContent && { 'gen_ai.tool.call.result': textAttribute(saying.text) }),
        ...(saying.isError && { 'error.type': 'tool_error' }),
      };
      return this.#open.close(`tool ${chatId} ${saying.toolId}`, { at, added });
    } else if (withContent && (saying.kind === 'user' || saying.kind === 'text')) {
      const [name, role] = ROLES[saying.kind];
      const { attributes } = turn.root;
      attributes[name] = withMessage(attributes[name], { role, text: saying.text });
    }
    return [];
  }

  #ask(
    { chatId, messageId, request }: EngineEventBody<'chat.request.opened'>['payload'],
    at: number,
  ): TracedSpan[] {
    const running = this.#turns.get(chatId);
    const turn = running?.messageId === messageId ? running : null;
    const { id, kind } = request;
    const attributes = {
      'gen_ai.conversation.id': chatId,
      'replicas.request.id': id,
      'replicas.request.kind': kind,
    };
    const name = `wait_for ${kind}`;
    const parts = ['request', chatId, id];
    const span =
      turn === null
        ? rootOf(name, { parts: [this.#options.workspaceId, ...parts], startedAt: at, attributes })
        : childOf(turn, { parts, name, startedAt: at, attributes });
    this.#open.start(`request ${chatId} ${id}`, { span, turn });
    return [];
  }

  #end(payload: EngineEventBody<'chat.turn.completed'>['payload'], at: number): TracedSpan[] {
    const { chatId, messageId, steers, outcome } = payload;
    this.#messages.delete(keyOf(payload));
    const turn = this.#turns.get(chatId);
    if (steers !== undefined || turn === undefined || turn.messageId !== messageId) return [];
    this.#turns.delete(chatId);
    const added: Attributes = outcome === 'completed' ? {} : { 'error.type': outcome };
    this.#open.closeAllOf(turn, { at, added });
    if (!turn.isSampled) return [];
    const { root, children, dropped } = turn;
    const attributes = {
      ...root.attributes,
      ...endAttributes(payload),
      ...(dropped > 0 && { 'replicas.spans.dropped': dropped }),
    };
    return [{ ...root, endedAt: at, attributes }, ...children];
  }

  #runHooks({ type, payload }: HooksLine, at: number): TracedSpan[] {
    const { runId, kind = 'start', error } = payload;
    if (runId === undefined) return [];
    const key = `hooks ${runId}`;
    if (type !== 'hooks.started') {
      const added: Attributes =
        type === 'hooks.failed' ? { 'error.type': error?.code ?? 'hooks_failed' } : {};
      return this.#open.close(key, { at, added });
    }
    const attributes = { 'replicas.hooks.kind': kind, 'replicas.hooks.run_id': runId };
    const parts = [this.#options.workspaceId, 'hooks', runId];
    this.#open.start(key, {
      span: rootOf(`run_hooks ${kind}`, { parts, startedAt: at, attributes }),
      turn: null,
    });
    return [];
  }

  #refresh({ id, payload: { provider, state } }: CredentialsLine, at: number): TracedSpan[] {
    const key = `credential ${provider}`;
    if (state !== 'refreshing') {
      const isFailure = state === 'backingOff' || state === 'rejected';
      const added = { 'replicas.credential.state': state, ...(isFailure && { 'error.type': state }) };
      return this.#open.close(key, { at, added });
    }
    const attributes = { 'replicas.credential.provider': provider };
    const parts = [this.#options.workspaceId, 'credential', id];
    const span = rootOf(`refresh_credential ${provider}`, { parts, startedAt: at, attributes });
    this.#open.start(key, { span, turn: null });
    return [];
  }
}

type HooksLine = Extract<StoredLine, { type: 'hooks.started' | 'hooks.completed' | 'hooks.failed' }>;
type CredentialsLine = Extract<StoredLine, { type: 'credentials.changed' }>;

const ROLES = {
  user: ['gen_ai.input.messages', 'user'],
  text: ['gen_ai.output.messages', 'assistant'],
} as const;

function keyOf({ chatId, messageId }: { chatId: string; messageId: string }): string {
  return `${chatId} ${messageId}`;
}
