import type { WebhookEvent } from '../contract/monolith.ts';
import { fromPromise } from 'xstate';
import type { outboxMachine } from '../../machines/outbox.machine.ts';
import type { DeadLetter, Telling } from '../../machines/outbox.setup.ts';
import { sequenceOf } from '../journal/event-id.ts';
import type { JournalEntry } from '../journal/event-line.ts';
import type { Journal } from '../journal/journal.ts';
import type { Log } from '../log.ts';
import { keepDeadLetters } from '../control-plane/dead-letters.ts';
import { OutboxFile } from '../control-plane/outbox-file.ts';
import { Outbox } from '../control-plane/outbox.ts';
import { toWebhook } from '../control-plane/to-webhook.ts';
import type { WebhookLine } from '../control-plane/webhook-lines.ts';
import type { MonolithClient } from '../control-plane/client.ts';
import type { Recorder } from '../journal/projection/recorder.ts';
import type { EngineStorage } from '../storage/atomic-files.ts';
import type { Repositories } from '../workspace/repositories.ts';

export interface OpenOutboxOptions {
  store: EngineStorage;
  journal: Journal;
  /** Where the last engine stopped; null for the first one. */
  settledId: string | null;
  workspaceId: string;
  log: Log;
}

export type OutboxActors = Required<NonNullable<Parameters<typeof outboxMachine.provide>[0]['actors']>>;

export interface ConnectOptions {
  client: Pick<MonolithClient, 'deliver'>;
  recorder: Pick<Recorder, 'tell' | 'records'>;
  workspace: { repositories: Pick<Repositories, 'list'> };
}

/** What is owed to the control plane, and the files that remember it. */
export class OpenedOutbox {
  readonly #options: OpenOutboxOptions;
  readonly #outbox: Outbox;
  readonly #file: OutboxFile;
  #connection: ConnectOptions | undefined;

  constructor(options: OpenOutboxOptions) {
    const { store, journal, settledId, log } = options;
    this.#options = options;
    this.#outbox = new Outbox({ journal, settledId, onProgress: () => this.#file.schedule() });
    this.#file = new OutboxFile({
      store,
      settledId: () => this.#outbox.settledId,
      onError: (error) => log.warn({ err: error }, 'the cursor of the outbox could not be saved'),
    });
  }

  get owedFrom(): number | null {
    return this.#outbox.owedFrom;
  }

  /** How many events of the log lie behind the first that is owed; 0 when nothing is. */
  get lag(): number {
    const { owedFrom } = this.#outbox;
    return owedFrom === null ? 0 : sequenceOf(this.#options.journal.committedId) - owedFrom + 1;
  }

  /** The event that is told next, as far as it was looked for. */
  get oldest(): Pick<WebhookLine, 'id' | 'ts'> | null {
    return this.#outbox.oldest;
  }

  note(entries: readonly JournalEntry[], lastId: string): void {
    this.#outbox.note(entries, lastId);
  }

  /** The actors of the outbox machine, from now on with the rest of the engine behind them. */
  connect(connection: ConnectOptions): OutboxActors {
    this.#connection = connection;
    return {
      nextEvent: fromPromise<WebhookEvent | null, { mayWait: boolean }>(({ input, signal }) =>
        this.#next({ ...input, signal }),
      ),
      tellEvent: fromPromise<Telling, WebhookEvent | null>(({ input }) => this.#tell(given(input))),
      keepDeadLetter: fromPromise<void, { event: WebhookEvent | null; reason: string }>(
        ({ input: { event, reason } }) => this.#keep([{ event: given(event), reason }]),
      ),
    };
  }

  settle(id: string): void {
    this.#outbox.settle(id);
  }

  /** The log is about to lose what is owed up to a sequence: it goes into the dead-letter file, if the disk has room. */
  async giveUp(lastSequence: number): Promise<void> {
    const lines = await this.#outbox.giveUp(lastSequence);
    const [first, last] = [lines[0], lines.at(-1)];
    if (first === undefined || last === undefined) return;
    const context = { count: lines.length, firstId: first.id, lastId: last.id };
    const events = await Promise.all(lines.map((line) => this.#toWebhook(line)));
    const isKept = await this.#keep(events.map((event) => ({ event, reason: GIVEN_UP }))).then(
      () => true,
      (error: unknown) => {
        this.#options.log.error({ err: error, ...context }, 'events that were given up could not be kept');
        return false;
      },
    );
    this.#connection?.recorder.tell('eventLog', { type: 'events.givenUp', range: context, isKept });
  }

  save(): Promise<void> {
    return this.#file.write();
  }

  /** Remembers what was told, and lets go of the journal. */
  async close(): Promise<void> {
    await this.save();
    await this.#outbox.close();
  }

  async #next(options: { mayWait: boolean; signal: AbortSignal }): Promise<WebhookEvent | null> {
    const line = await this.#outbox.next(options);
    return line === null ? null : this.#toWebhook(line);
  }

  async #tell(event: WebhookEvent): Promise<Telling> {
    if (this.#connection === undefined) throw new Error('There is nobody to tell yet.');
    const outcome = await this.#connection.client.deliver(event);
    if (outcome.kind !== 'delivered')
      this.#options.log.warn({ eventId: event.id, ...outcome }, 'the control plane could not be told');
    return outcome;
  }

  #toWebhook(line: WebhookLine): Promise<WebhookEvent> {
    const repos = () =>
      this.#connection?.workspace.repositories.list({ includeDiffs: false }) ?? Promise.resolve([]);
    const titleOf = (chatId: string) => this.#connection?.recorder.records.get(chatId)?.chat.title ?? null;
    return toWebhook(line, { workspaceId: this.#options.workspaceId, repos, titleOf });
  }

  #keep(letters: readonly DeadLetter[]): Promise<void> {
    return keepDeadLetters(this.#options.store.files, { letters, now: new Date() });
  }
}

const GIVEN_UP = 'The control plane was away for so long that the event left the log.';

function given(event: WebhookEvent | null): WebhookEvent {
  if (event === null) throw new Error('There is no event to tell.');
  return event;
}
