/**
 * Asks an agent about itself, in a process that is given no message and is ended as soon as it has answered. What it told
 * holds until its program, login or the files it is told by change.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { QueuedMessage } from '../../contract/records.ts';
import { discard } from '../../processes/sweep.ts';
import { killEverything } from '../../processes/terminate.ts';
import type { AgentContext } from '../agent-context.ts';
import type { AgentCodec } from '../codec.ts';
import { unresponsive } from '../failures.ts';
import type { Told, Topic } from '../inquiry.ts';
import { hear } from './hear.ts';
import { configurationNow, failureOf, findProgram, launch, type LauncherOptions } from './launcher.ts';

/** How long an agent may take. */
const LIMIT_MS = 20_000;
/** How long an answer holds that may change without a change of a file that is known. */
const FRESH_MS = 3_000;
/** More files are not looked at. */
const FILES_MAX = 5_000;

interface Known {
  told: Promise<Told<Topic>>;
  isBecause: string;
  at: number;
}

export class Inquiries {
  readonly #codec: AgentCodec;
  readonly #context: AgentContext;
  readonly #known = new Map<Topic, Known>();
  readonly #closing = new AbortController();
  /** One process at a time. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(codec: AgentCodec, context: AgentContext) {
    this.#codec = codec;
    this.#context = context;
  }

  async about<About extends Topic>(topic: About): Promise<Told<About>> {
    if (this.#codec.inquiry?.[topic] === undefined) return { kind: 'unsupported' };
    const isBecause = await this.#causes();
    const known = this.#known.get(topic);
    const isLasting = topic !== 'mcp' && this.#codec.inquirySources !== undefined;
    const isFresh = isLasting || performance.now() - (known?.at ?? 0) < FRESH_MS;
    if (known?.isBecause === isBecause && isFresh) return known.told as Promise<Told<About>>;
    const told = this.#last.then(() => this.#ask(topic));
    this.#last = told;
    const entry: Known = { told, isBecause, at: performance.now() };
    this.#known.set(topic, entry);
    void told.then(({ kind }) => {
      if (kind === 'failed' && this.#known.get(topic) === entry) this.#known.delete(topic);
    });
    return told;
  }

  /** Resolves when nothing that was asked runs any more. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('The engine stops.'));
    await this.#last;
  }

  /** By what the answers change. */
  async #causes(): Promise<string> {
    const { home, workspaces: folder } = this.#context.paths;
    const sources = this.#codec.inquirySources?.({ home, folder }) ?? [];
    const options = this.#launcher('');
    const program = await findProgram(options).catch(() => null);
    const configuration = program === null ? '' : configurationNow(program, options);
    return `${configuration} ${await stampOf(sources)}`;
  }

  async #ask<About extends Topic>(topic: About): Promise<Told<About>> {
    const id = randomUUID();
    const options = this.#launcher(id);
    const limit = AbortSignal.timeout(LIMIT_MS);
    const signal = AbortSignal.any([this.#closing.signal, limit]);
    try {
      const wish = { message: nothingSaid(id), session: null, before: null, signal };
      const launched = await launch(options, wish);
      try {
        const ask = this.#codec.inquiry?.[topic];
        if (ask === undefined) return { kind: 'unsupported' };
        const given = { ...launched, codec: this.#codec, context: this.#context, signal };
        return { kind: 'told', offer: await hear(ask, given) };
      } finally {
        await killEverything(launched.run); // it ran no tool that may have left something on purpose
        await discard(launched.run);
        await this.#codec.tidy?.({ chatId: id, home: this.#context.paths.home });
      }
    } catch (error) {
      const failure = limit.aborted ? unresponsive(this.#codec) : failureOf(error, this.#codec.title);
      this.#context.log.warn({ err: error, provider: this.#codec.provider, topic }, 'an agent told nothing');
      return { kind: 'failed', failure };
    }
  }

  #launcher(chatId: string): LauncherOptions {
    return { codec: this.#codec, context: this.#context, chat: { chatId, policy: 'bypass' } };
  }
}

/** A process is launched for a message, which this one never gets. */
function nothingSaid(id: string): QueuedMessage {
  return {
    messageId: id,
    turnId: id,
    digest: '',
    content: { kind: 'inline', text: '' },
    planMode: false,
    queuedAt: new Date(0).toISOString(),
  };
}

/** Another one when a file in these places appears, goes or changes. */
async function stampOf(places: readonly string[]): Promise<string> {
  const found = await Promise.all(places.map(filesIn));
  const files = found.flat().slice(0, FILES_MAX);
  const stamps = await Promise.all(files.map(stampOfFile));
  return createHash('sha256').update(stamps.join('\n')).digest('hex').slice(0, 16);
}

/** The place itself, and all below it. */
async function filesIn(place: string): Promise<string[]> {
  const names = await readdir(place, { recursive: true }).catch((): string[] => []);
  return [place, ...names.toSorted().map((name) => join(place, name))];
}

async function stampOfFile(file: string): Promise<string> {
  const found = await stat(file).catch(() => null);
  return found === null ? `${file} -` : `${file} ${found.size} ${found.mtimeMs}`;
}
