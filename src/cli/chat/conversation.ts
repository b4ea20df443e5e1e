import { reasonOf } from '../../contract/reason-of.ts';
import type {
  AgentRequest,
  ChatState,
  ChatSummary,
  ConnectionChange,
  EngineClient,
  EngineEvent,
  Joined,
  NewMessage,
} from '../../client/client.ts';
import { Transcript } from '../transcript.ts';
import { activityBehind, foldActivity, type Activity } from '../../client/activity.ts';
import { withEnds } from '../../client/ended-turns.ts';
import { describeEnd, type TurnEnd } from '../event-brief.ts';
import { markdownStyle } from '../markdown.ts';
import { visible } from '../visible.ts';
import { countMessages } from '../waiting-note.ts';
import { commandIn, HELP, readPicture, runCommand } from './commands.ts';
import { AnswerForm, describeRequest } from './requests.ts';
import type { Screen, ScreenOptions } from './screen.ts';
import { stateLine } from './state-line.ts';
import { CliError, EXIT, type Colors } from '../terminal.ts';

export interface ConversationOptions {
  client: EngineClient;
  chat: ChatSummary;
  /** What is said at first; empty when nothing. */
  greeting: string;
  signal: AbortSignal;
  colors: Colors;
  leave: () => void;
  openScreen: (listeners: Pick<ScreenOptions, 'onLine' | 'onInterrupt' | 'onLeave'>) => Screen;
}

/** A chat on a screen, one at a time: what is said in it, and what is typed. */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #screen: Screen;
  readonly #transcript: Transcript;
  /** Messages that are on the screen since they were typed. */
  readonly #typed: string[] = [];
  #chat: ChatSummary;
  /** Aborted when another chat is to be shown. */
  #moving = new AbortController();
  #activity: Activity | null = null;
  /** How long the turn runs is shown anew each second. */
  readonly #clock: NodeJS.Timeout;
  #form: AnswerForm | null = null;
  #isConnected = true;
  #wantsToLeave = false;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#chat = options.chat;
    this.#screen = options.openScreen({
      onLine: (line) => void this.#enter(line).catch((error: unknown) => this.#complain(error)),
      onInterrupt: () => void this.#interrupt().catch((error: unknown) => this.#complain(error)),
      onLeave: options.leave,
    });
    this.#transcript = new Transcript({
      colors: options.colors,
      style: markdownStyle(options.colors),
      write: (lines) => this.#screen.print(lines),
      writeUnfinished: (text) => this.#screen.setFooter({ unfinished: visible(text) }),
      showsUser: (text) => !this.#takeTyped(text),
    });
    this.#clock = setInterval(() => this.#chat.processing && this.#updateStatus(), 1_000);
  }

  /** Shows what was said and what is being said, until the chat is deleted. */
  async follow(historyLimit: number): Promise<void> {
    const { greeting, colors, signal } = this.#options;
    if (greeting !== '') this.#screen.print(colors.yellow(greeting));
    for (;;) {
      const moving = this.#moving.signal;
      try {
        await this.#followOne(historyLimit, AbortSignal.any([signal, moving]));
        return this.#screen.print('The chat was deleted.\n');
      } catch (error) {
        if (signal.aborted || !moving.aborted) throw error;
      }
    }
  }

  close(): void {
    clearInterval(this.#clock);
    this.#screen.close();
  }

  async #followOne(historyLimit: number, signal: AbortSignal): Promise<void> {
    const { client, colors } = this.#options;
    const { id, provider, title } = this.#chat;
    this.#screen.print(`${colors.bold(visible(title))} ${colors.dim(`${provider} ${id} /help`)}\n`);
    const onConnection = (change: ConnectionChange) => this.#noteConnection(change);
    const following = client.followChat(id, { historyLimit, partial: true, signal, onConnection });
    for await (const joined of following) this.#show(joined);
  }

  #open(chat: ChatSummary): void {
    this.#transcript.end();
    this.#typed.length = 0;
    this.#form = null;
    this.#activity = null;
    this.#chat = chat;
    this.#moving.abort();
    this.#moving = new AbortController();
  }

  #show({ state, event }: Joined<ChatState>): void {
    this.#chat = state.chat;
    this.#activity =
      event === null ? activityBehind(state.history.events, null) : foldActivity(this.#activity, event);
    if (event === null) this.#showHistory(state);
    else this.#showEvent(event);
    this.#ask(state.requests);
    this.#updateStatus();
  }

  #showHistory({ history: { events, hasMore, total, endedTurns = [] } }: ChatState): void {
    if (hasMore) this.#note(`… ${total - events.length} events before`);
    for (const part of withEnds({ events, hasMore }, endedTurns).told)
      if ('endedAt' in part) this.#conclude(part);
      else this.#transcript.add(part);
  }

  #showEvent(event: EngineEvent): void {
    switch (event.type) {
      case 'chat.turn.partial':
        return this.#transcript.addPart(event.payload.event);
      case 'chat.turn.delta':
        return this.#transcript.add(event.payload.event);
      case 'chat.turn.completed':
        if (event.payload.steers !== undefined) return; // the turn it was said into says how it ended
        this.#wantsToLeave = false;
        return this.#conclude(event.payload);
      case 'chat.message.dropped':
        return this.#note(`A message was dropped: ${event.payload.reason}.`);
      case 'chat.request.closed':
        return this.#note(event.payload.outcome);
      default:
    }
  }

  #conclude(end: TurnEnd): void {
    this.#transcript.end();
    this.#screen.print(`${describeEnd(end, this.#options.colors)}\n`);
  }

  /** Shows the oldest open request, once. */
  #ask([request]: readonly AgentRequest[]): void {
    if (this.#form?.request.id === request?.id) return;
    this.#form = request === undefined ? null : new AnswerForm(request);
    if (request !== undefined) this.#screen.print(describeRequest(request, this.#options.colors));
  }

  async #enter(line: string): Promise<void> {
    this.#wantsToLeave = false;
    const { name, rest } = commandIn(line);
    if (this.#form !== null && (name === '' || name === 'deny')) return this.#answer(this.#form, line);
    await this.#obey(name, { line, rest });
    this.#updateStatus();
  }

  async #obey(command: string, { line, rest }: { line: string; rest: string }): Promise<void> {
    const { client, leave, signal } = this.#options;
    switch (command) {
      case '':
        return this.#send({ message: line });
      case 'plan':
        return this.#send({ message: rest, planMode: true });
      case 'image':
        return this.#send(await readPicture(rest));
      case 'quit':
        return leave();
      case 'help':
        return this.#screen.print(HELP);
      default: {
        const context = { client, chat: this.#chat, signal, open: (chat: ChatSummary) => this.#open(chat) };
        const shown = await runCommand(context, { name: command, rest });
        if (shown === null) return this.#send({ message: line });
        return shown === '' ? undefined : this.#note(shown);
      }
    }
  }

  async #send(content: Pick<NewMessage, 'message' | 'planMode' | 'images'>): Promise<void> {
    const { client, signal, colors } = this.#options;
    const { message, images } = content;
    if (message.trim() === '' && !images) throw new CliError('Say what to plan: /plan <message>', EXIT.USAGE);
    this.#screen.print(`${colors.bold(`> ${message || '[image]'}`)}\n`);
    this.#typed.push(message.trim());
    const { queued, position } = await client.chats.send(this.#chat.id, content, { signal });
    if (!queued) return;
    // What comes in between is about other messages: it is shown again when it is its turn.
    this.#takeTyped(message);
    this.#note(`It waits behind ${countMessages(position)}.`);
  }

  async #answer(form: AnswerForm, line: string): Promise<void> {
    const { client, signal, colors } = this.#options;
    this.#screen.print(`${colors.bold(`> ${line}`)}\n`);
    const answer = form.take(line);
    this.#updateStatus();
    if (answer === null) return;
    const place = { chatId: this.#chat.id, requestId: form.request.id };
    await client.chats.answer(place, answer, { signal });
  }

  /** Stops a running turn. The second time in a row leaves, whatever became of it. */
  async #interrupt(): Promise<void> {
    const { client, signal, leave } = this.#options;
    if (this.#wantsToLeave) return leave();
    this.#wantsToLeave = true;
    this.#updateStatus();
    const { processing, state } = this.#chat;
    if (processing && state !== 'interrupting' && this.#isConnected)
      await client.chats.interrupt(this.#chat.id, { signal });
  }

  #updateStatus(): void {
    const status = stateLine(this.#chat, {
      wantsToLeave: this.#wantsToLeave,
      isConnected: this.#isConnected,
      hint: this.#form?.hint ?? null,
      activity: this.#activity,
    });
    this.#screen.setFooter({ status: this.#options.colors.dim(status) });
  }

  #noteConnection({ state }: ConnectionChange): void {
    this.#isConnected = state === 'open';
    if (!this.#isConnected) this.#transcript.break();
    this.#updateStatus();
  }

  #takeTyped(text: string): boolean {
    const index = this.#typed.indexOf(text.trim());
    return index !== -1 && this.#typed.splice(index, 1).length === 1;
  }

  #note(text: string): void {
    this.#screen.print(`${this.#options.colors.dim(text)}\n`);
  }

  #complain(error: unknown): void {
    const { signal, colors } = this.#options;
    if (!signal.aborted) this.#screen.print(`${colors.red(reasonOf(error))}\n`);
  }
}
