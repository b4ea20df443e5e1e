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
import { Transcript, type Colors } from '../transcript.ts';
import { readImage, runCommand } from './commands.ts';
import { AnswerForm, describeRequest } from './requests.ts';
import type { Screen, ScreenOptions } from './screen.ts';

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

const HELP = `Type a message and press Enter. While the agent works, what you send waits for its turn.
  /plan <message>           have a plan made first, to approve it here
  /image <file> <message>   send a picture with it
  /model [<model>]          the models; with one: use it for messages to come
  /cost                     what this chat has used
  /tasks                    what runs in the background
  /rename <title>           call this chat something else
  /queue                    what waits
  /clear                    drop what waits
  /interrupt                stop the running turn, as Ctrl-C does
  /quit                     leave, as Ctrl-D does; the agent goes on
Any other command goes to the agent.
`;

/** One chat on a screen: what is said in it, and what is typed. */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #screen: Screen;
  readonly #transcript: Transcript;
  /** Messages that are on the screen since they were typed. */
  readonly #typed: string[] = [];
  #chat: ChatSummary;
  #form: AnswerForm | null = null;
  #isConnected = true;
  #wantsToLeave = false;
  /** The engine has not answered yet that it was told to stop the turn. */
  #isInterrupting = false;

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
      write: (lines) => this.#screen.print(lines),
      writeUnfinished: (unfinished) => this.#screen.setFooter({ unfinished }),
      showsUser: (text) => !this.#takeTyped(text),
    });
  }

  /** Shows what was said and what is being said, until the chat is deleted. */
  async follow(historyLimit: number): Promise<void> {
    const { client, chat, greeting, signal, colors } = this.#options;
    this.#screen.print(`${colors.bold(chat.title)} ${colors.dim(`${chat.provider} ${chat.id} /help`)}\n`);
    if (greeting !== '') this.#screen.print(colors.yellow(greeting));
    const onConnection = (change: ConnectionChange) => this.#noteConnection(change);
    const following = client.followChat(chat.id, { historyLimit, partial: true, signal, onConnection });
    for await (const joined of following) this.#show(joined);
    this.#screen.print('The chat was deleted.\n');
  }

  close(): void {
    this.#screen.close();
  }

  #show({ state, event }: Joined<ChatState>): void {
    this.#chat = state.chat;
    if (event === null) this.#showHistory(state);
    else this.#showEvent(event);
    this.#ask(state.requests);
    this.#updateStatus();
  }

  #showHistory({ history }: ChatState): void {
    if (history.hasMore) this.#note(`… ${history.total - history.events.length} events before`);
    for (const event of history.events) this.#transcript.add(event);
  }

  #showEvent(event: EngineEvent): void {
    switch (event.type) {
      case 'chat.turn.partial':
        return this.#transcript.addPart(event.payload.event);
      case 'chat.turn.delta':
        return this.#transcript.add(event.payload.event);
      case 'chat.turn.completed':
        this.#transcript.end();
        return this.#showEnd(event.payload);
      case 'chat.message.dropped':
        return this.#note(`A message was dropped: ${event.payload.reason}.`);
      case 'chat.request.closed':
        return this.#note(event.payload.outcome);
      default:
    }
  }

  #showEnd({
    outcome,
    error,
    durationMs,
  }: Extract<EngineEvent, { type: 'chat.turn.completed' }>['payload']): void {
    const { dim, red, yellow } = this.#options.colors;
    const paint = { completed: dim, interrupted: yellow, errored: red, lost: red }[outcome];
    const reason = error === undefined ? '' : ` (${error.code})`;
    this.#screen.print(`${paint(`${outcome} after ${(durationMs / 1000).toFixed(1)} s${reason}`)}\n`);
  }

  /** Shows the oldest open request, once. */
  #ask([request]: readonly AgentRequest[]): void {
    if (this.#form?.request.id === request?.id) return;
    this.#form = request === undefined ? null : new AnswerForm(request);
    if (request !== undefined) this.#screen.print(describeRequest(request, this.#options.colors));
  }

  async #enter(line: string): Promise<void> {
    this.#wantsToLeave = false;
    const [, command = '', rest = ''] = /^\/(\w+)\s*(.*)$/s.exec(line) ?? [];
    if (this.#form !== null && (command === '' || command === 'deny')) return this.#answer(this.#form, line);
    await this.#obey(command, { line, rest });
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
        return this.#sendImage(rest);
      case 'interrupt':
        return this.#interrupt();
      case 'quit':
        return leave();
      case 'help':
        return this.#screen.print(HELP);
      default: {
        const shown = await runCommand({ client, chatId: this.#chat.id, signal }, { name: command, rest });
        return shown === null ? this.#send({ message: line }) : this.#note(shown);
      }
    }
  }

  async #sendImage(rest: string): Promise<void> {
    const [, file = '', message = ''] = /^(\S+)\s*(.*)$/s.exec(rest) ?? [];
    await this.#send({ message, images: [await readImage(file)] });
  }

  async #send(content: Pick<NewMessage, 'message' | 'planMode' | 'images'>): Promise<void> {
    const { client, signal, colors } = this.#options;
    const { message, images } = content;
    if (message.trim() === '' && images === undefined) return;
    this.#screen.print(`${colors.bold(`> ${message || '[image]'}`)}\n`);
    this.#typed.push(message.trim());
    const { queued, position } = await client.chats.send(this.#chat.id, content, { signal });
    if (queued) this.#note(`It waits behind ${position === 1 ? 'one message' : `${position} messages`}.`);
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

  /** Stops a running turn; when none runs, it is being stopped already or nobody can be told, the second time leaves. */
  async #interrupt(): Promise<void> {
    const { client, signal, leave } = this.#options;
    if (this.#wantsToLeave) return leave();
    if (this.#canInterrupt) {
      this.#isInterrupting = true;
      await client.chats.interrupt(this.#chat.id, { signal }).finally(() => (this.#isInterrupting = false));
      return;
    }
    this.#wantsToLeave = true;
    this.#updateStatus();
  }

  get #canInterrupt(): boolean {
    const { processing, state } = this.#chat;
    return processing && state !== 'interrupting' && this.#isConnected && !this.#isInterrupting;
  }

  #updateStatus(): void {
    const status = this.#status;
    this.#screen.setFooter({ status: status === '' ? '' : this.#options.colors.dim(status) });
  }

  get #status(): string {
    if (this.#wantsToLeave) return 'Ctrl-C again leaves; the agent goes on.';
    if (!this.#isConnected) return 'The engine is away; trying again… Ctrl-C twice leaves.';
    if (this.#form !== null) return this.#form.hint;
    if (this.#chat.state === 'interrupting') return 'Interrupting…';
    return this.#chat.processing ? 'Working… Ctrl-C interrupts.' : '';
  }

  #noteConnection({ state }: ConnectionChange): void {
    this.#isConnected = state === 'open';
    if (!this.#isConnected) this.#transcript.break();
    this.#updateStatus();
  }

  #takeTyped(text: string): boolean {
    const index = this.#typed.indexOf(text.trim());
    if (index !== -1) this.#typed.splice(index, 1);
    return index !== -1;
  }

  #note(text: string): void {
    this.#screen.print(`${this.#options.colors.dim(text)}\n`);
  }

  #complain(error: unknown): void {
    if (this.#options.signal.aborted) return;
    const text = error instanceof Error ? error.message : String(error);
    this.#screen.print(`${this.#options.colors.red(text)}\n`);
  }
}
