import type {
  CallOptions,
  ChatSummary,
  ConnectionChange,
  EngineClient,
  EngineEvent,
  NewMessage,
  TurnOutcome,
} from '../client/client.ts';
import type { ChatChoice } from './command-options.ts';
import { noteOf } from './tail.ts';
import { findChat } from './find-chat.ts';
import { describeFailure } from './show-status.ts';
import { CliError, EXIT, type Terminal } from './terminal.ts';
import { plainStyle, Transcript } from './transcript.ts';
import { noteOfRequest, noteOfWaiting } from './waiting-note.ts';

export interface SendOptions extends ChatChoice {
  client: EngineClient;
  json: boolean;
  message: NewMessage;
}

type Ending = Extract<EngineEvent, { type: 'chat.turn.completed' | 'chat.message.dropped' }>;

/** Sends one message and shows what is said until its turn has ended; the exit code says how it ended. */
export async function send(terminal: Terminal, options: SendOptions): Promise<number> {
  const { client, message, json } = options;
  const signal = terminal.stopSignal();
  const leaving = new AbortController();
  const onConnection = (change: ConnectionChange) => terminal.complain(noteOf(change));
  const following = { partial: !json, signal: AbortSignal.any([signal, leaving.signal]), onConnection };
  try {
    const choice = await withChatOfMessage(client, { ...options, messageId: message.messageId, signal });
    const { chat, lastEventId } = await findChat(client, { ...choice, signal });
    const eventsAfter = (after: string) => client.events({ after, chatId: chat.id, ...following });
    const begun = message.messageId === undefined ? begin(eventsAfter(lastEventId)) : null;
    const receipt = await client.chats.send(chat.id, message, { signal });
    const { messageId } = receipt;
    terminal.complain(await noteOfWaiting(client, { chat, receipt, signal }));
    const show = json ? jsonLines(terminal) : conversation(terminal);
    const known = begun === null ? await accepted(client, { chat, messageId, signal }) : null;
    if (known !== null) show(known);
    for await (const event of begun ?? eventsAfter(known?.id ?? lastEventId)) {
      if (!isAbout(event, { chat, messageId })) continue;
      show(event);
      if (isEnding(event)) return conclude(terminal, event);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    leaving.abort();
  }
  terminal.complain('The turn goes on without you; `replicas-engine chat` shows it.\n');
  return EXIT.INTERRUPTED;
}

/** The same, asked for at once: what is being written is told only to those who listen. */
function begin(stream: AsyncGenerator<EngineEvent>): AsyncGenerator<EngineEvent> {
  const first = stream.next();
  first.catch(() => undefined); // whoever iterates is told
  return (async function* () {
    const { done, value } = await first;
    if (done === true) return;
    yield value;
    yield* stream;
  })();
}

/** It may have been sent before: then its turn began where it was accepted. */
async function accepted(
  client: EngineClient,
  { chat, messageId, signal }: CallOptions & { chat: ChatSummary; messageId: string },
): Promise<Acceptance> {
  const { lastEventId: until } = await client.chats.get(chat.id, { signal });
  const found = await findMessage(client, { messageId, chatIds: [chat.id], until, signal });
  if (found === null) throw forgotten(chat.id);
  return found;
}

function forgotten(chatId: string): CliError {
  const message = `The engine no longer has the events of this turn; \`replicas-engine chat --chat ${chatId}\` shows what was said.`;
  return new CliError(message, EXIT.FAILED);
}

function isAbout(event: EngineEvent, { chat, messageId }: { chat: ChatSummary; messageId: string }): boolean {
  if (event.type === 'stream.reset') throw forgotten(chat.id);
  if (event.type === 'chat.request.opened' && event.payload.request.kind === 'budget') return true;
  return 'messageId' in event.payload && event.payload.messageId === messageId;
}

function isEnding(event: EngineEvent): event is Ending {
  return event.type === 'chat.turn.completed' || event.type === 'chat.message.dropped';
}

function conclude(terminal: Terminal, event: Ending): number {
  if (event.type === 'chat.message.dropped') {
    terminal.complain(`The message was dropped before its turn: ${event.payload.reason}.\n`);
    return EXIT.DROPPED;
  }
  const { outcome, error } = event.payload;
  if (outcome !== 'completed') terminal.complain(`The turn ended ${outcome}. ${describeFailure(error)}\n`);
  return CODE_OF_OUTCOME[outcome];
}

const CODE_OF_OUTCOME: Readonly<Record<TurnOutcome, number>> = {
  completed: EXIT.DONE,
  errored: EXIT.FAILED,
  interrupted: EXIT.INTERRUPTED,
  lost: EXIT.LOST,
};

function jsonLines({ print }: Terminal): (event: EngineEvent) => void {
  return (event) => print(`${JSON.stringify(event)}\n`);
}

/** Text as it comes; what is being written is completed on its own line. */
function conversation(terminal: Terminal): (event: EngineEvent) => void {
  let unfinished = '';
  const style = plainStyle(terminal);
  const transcript = new Transcript({
    colors: terminal.colors,
    style,
    showsUser: () => false,
    writeUnfinished: (text) => {
      const line = style.render(text);
      terminal.print(line.slice(unfinished.length));
      if (line !== '') unfinished = line;
    },
    write: (lines) => {
      const isGoingOn = lines.startsWith(unfinished);
      terminal.print(isGoingOn ? lines.slice(unfinished.length) : `\n${lines}`);
      unfinished = '';
    },
  });
  return (event) => showIn(transcript, { terminal, event });
}

function showIn(
  transcript: Transcript,
  { terminal, event }: { terminal: Terminal; event: EngineEvent },
): void {
  if (event.type === 'chat.turn.partial') transcript.addPart(event.payload.event);
  // Why it came to nothing is said at the end, where errors go.
  if (event.type === 'chat.turn.delta' && event.payload.event.type !== 'turn-end')
    transcript.add(event.payload.event);
  if (event.type === 'chat.turn.progress') terminal.complain(`${event.payload.progress.message}\n`);
  if (event.type === 'chat.request.opened') terminal.complain(noteOfRequest(event.payload.request.kind));
  if (isEnding(event)) transcript.end();
}

type Acceptance = Extract<EngineEvent, { type: 'chat.turn.accepted' }>;

interface MessageSought extends CallOptions {
  messageId: string;
  chatIds: readonly string[];
  /** Up to where the log is looked through. */
  until: string;
}

/** When a message was accepted, as far back as the log goes; null when it was not, or that is no longer known. */
async function findMessage(
  client: EngineClient,
  { messageId, chatIds, until, signal }: MessageSought,
): Promise<Acceptance | null> {
  let found: Acceptance | null = null;
  const accepted = client.events({ after: 'start', until, types: ['chat.turn.accepted'], signal });
  for await (const event of accepted) {
    if (event.type !== 'chat.turn.accepted' || event.payload.messageId !== messageId) continue;
    if (chatIds.includes(event.payload.chatId)) found = event;
  }
  return found;
}

/** The chat that has the message already, whichever was used last: sent again, it must not run in another one. */
async function withChatOfMessage(
  client: EngineClient,
  { messageId, signal, ...choice }: ChatChoice & CallOptions & { messageId: string | undefined },
): Promise<ChatChoice> {
  if (messageId === undefined || choice.chatId !== undefined) return choice;
  if (choice.isNew) return { ...choice, clientRequestId: messageId };
  const { chats, lastEventId: until } = await client.chats.list({ signal });
  const fitting = chats.filter(({ provider }) => (choice.provider ?? provider) === provider);
  const chatIds = fitting.map(({ id }) => id);
  const found = await findMessage(client, { messageId, chatIds, until, signal });
  return found === null ? choice : { ...choice, chatId: found.payload.chatId };
}
