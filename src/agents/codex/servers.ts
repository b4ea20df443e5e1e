/** Keeps one server for all chats: launches it, takes up the one of an earlier engine, replaces it, ends it. */
import { readFileSync } from 'node:fs';
import { isAlive } from '../../process/identify.ts';
import { filesOf, type Run } from '../../process/run.ts';
import { clear } from '../../process/sweep.ts';
import type { AgentContext } from '../agent-context.ts';
import { press } from './departure.ts';
import { CodexFailure, unavailable } from './failures.ts';
import { findInstallation, type Installation } from '../installation.ts';
import { INITIALIZE_ID } from './lines.ts';
import { wantedConfiguration } from './login.ts';
import { CodexServer } from './server.ts';
import { startServer } from './start-server.ts';
import { isWithin } from '../within.ts';

const TERMINATED_MS = 3_000;
const KILLED_MS = 5_000;
const GREETING_MS = 30_000;

/** By then every chat whose turn goes on has joined the server it found. */
const JOINING_MS = 10_000;

/** By then every chat has taken up what the last engine left. */
const TAKING_UP_MS = 300_000;

/** A server that printed so much is replaced when it rests. */
const SPOOL_BYTES = 256 * 1024 * 1024;

/** So many servers may die within this time while they are watched; messages that come then are refused. */
const DEATHS_MAX = 5;
const DEATHS_MS = 60_000;

export class CodexServers {
  readonly #context: AgentContext;
  /** Those that live, or whose end was not dealt with. */
  readonly #byRun = new Map<string, CodexServer>();
  #finding: Promise<unknown> = Promise.resolve();
  #deaths: number[] = [];

  constructor(context: AgentContext) {
    this.#context = context;
    context.login.onChange(() => this.#signIn());
  }

  /**
   * A server that takes new messages: `preferred` if it does, else another that lives, else a new one. None is launched
   * for a chat that was let go meanwhile.
   * @throws {CodexFailure} when there is none and there cannot be one.
   */
  obtain(preferred: CodexServer | null, signal: AbortSignal): Promise<CodexServer> {
    const found = this.#finding.then(() => this.#find(preferred, signal));
    this.#finding = found.catch(() => {});
    return found;
  }

  /** The server of an earlier engine, read from `from` on. */
  async takeUp(run: Run, from: number): Promise<CodexServer> {
    const known = this.#byRun.get(run.id);
    const server = known ?? this.#adopt(run, { configuration: configurationIn(run), isFound: true });
    await server.start(from);
    if (known === undefined) void server.account.begin();
    return server;
  }

  /** Ends a server that rests. Rejects when it is still there after all attempts. */
  async end(server: CodexServer): Promise<void> {
    await press(server, 'agent.terminate');
    if (await isWithin(server.ended, TERMINATED_MS)) return;
    await press(server, 'agent.kill');
    if (!(await isWithin(server.ended, KILLED_MS))) throw new Error('The server of Codex cannot be ended.');
  }

  /** Lets go of a server without touching it. */
  letGo(server: CodexServer): void {
    this.#byRun.delete(server.run.id);
    server.letGo();
  }

  async #find(preferred: CodexServer | null, signal: AbortSignal): Promise<CodexServer> {
    await this.#context.login.ready();
    signal.throwIfAborted();
    const program = this.#context.findProgram();
    const installation = await findInstallation(program);
    if (installation === null) throw new CodexFailure(unavailable(program));
    const known = [...(preferred === null ? [] : [preferred]), ...this.#byRun.values()];
    // The end of one may not have been noticed yet.
    const candidates = known.filter(({ run, failure }) => failure === null && isAlive(run));
    for (const candidate of candidates) {
      if (this.#isUsable(candidate, installation)) return candidate;
      if (!candidate.isWorking) await this.end(candidate);
    }
    return this.#launch(installation, signal);
  }

  #isUsable(server: CodexServer, installation: Installation): boolean {
    if (server.isLeaving) return false;
    const isWanted = server.configuration === wantedConfiguration(this.#context.login, installation);
    const isFresh = isWanted && server.offset < SPOOL_BYTES;
    return isFresh || server.isWorking || this.#isBeingTakenUp(server);
  }

  /** A chat whose turn goes on in it may not have come yet. */
  #isBeingTakenUp({ isFound, adoptedAt }: CodexServer): boolean {
    return isFound && performance.now() - adoptedAt < JOINING_MS;
  }

  async #launch(installation: Installation, signal: AbortSignal): Promise<CodexServer> {
    this.#checkBudget();
    await this.#context.settled();
    signal.throwIfAborted();
    const run = await startServer(this.#context, installation);
    const configuration = wantedConfiguration(this.#context.login, installation);
    const server = this.#adopt(run, { configuration, isFound: false });
    const greeted = server.answerTo(INITIALIZE_ID);
    await server.start(0);
    const isGreeted = await isWithin(greeted, GREETING_MS).catch(() => false);
    if (isGreeted) {
      await isWithin(server.account.begin(), GREETING_MS);
      return server;
    }
    if (server.failure === null) await this.end(server);
    throw new CodexFailure(
      server.failure ?? { code: 'agent_error', message: 'Codex did not start in time.' },
    );
  }

  #adopt(run: Run, given: { configuration: string | null; isFound: boolean }): CodexServer {
    const { findProgram, login, log, pool } = this.#context;
    const isWatched = !given.isFound || isAlive(run);
    const onGone = (gone: CodexServer) => this.#onGone(gone, isWatched);
    const server = new CodexServer({ run, ...given, findProgram, login, log, pool, onGone });
    this.#byRun.set(run.id, server);
    pool.join(run.id, () => void this.#retire(server));
    return server;
  }

  #signIn(): void {
    for (const server of this.#byRun.values()) {
      if (server.failure === null && !server.isLeaving) void server.account.signIn();
    }
  }

  async #retire(server: CodexServer): Promise<void> {
    if (server.isWorking || server.isLeaving || server.failure !== null) return;
    await this.end(server).catch((error: unknown) => {
      this.#context.log.error({ err: error, runId: server.run.id }, 'a server of Codex does not end');
    });
  }

  #onGone(server: CodexServer, isWatched: boolean): void {
    if (!server.isLeaving && isWatched) this.#deaths.push(performance.now());
    // What an earlier engine launched may be needed by a chat that has not been taken up yet.
    if (server.isFound) setTimeout(() => this.#discard(server), TAKING_UP_MS).unref();
    else this.#discard(server);
  }

  #discard({ run }: CodexServer): void {
    this.#byRun.delete(run.id);
    void this.#context.settled().then(() => clear(run));
  }

  #checkBudget(): void {
    this.#deaths = this.#deaths.filter((time) => performance.now() - time < DEATHS_MS);
    if (this.#deaths.length < DEATHS_MAX) return;
    const message = `Codex ended ${this.#deaths.length} times within a minute. Send the message again later.`;
    throw new CodexFailure({ code: 'agent_error', message });
  }
}

/** What the run was launched with; null when that is not known. */
function configurationIn(run: Run): string | null {
  try {
    return readFileSync(filesOf(run).note, 'utf8');
  } catch {
    return null;
  }
}
