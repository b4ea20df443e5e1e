/** Logs one server in, and answers it when it asks for another token. */
import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { filesOf, type Run } from '../../process/run.ts';
import type { Log } from '../../log.ts';
import type { AgentLogin } from '../login.ts';
import { errorLine, resultLine } from './lines.ts';
import { handedOver, keepsNoLogin, type HandedOver } from './login.ts';
import type { FrameOf } from './protocol.ts';

export interface AccountServer {
  readonly run: Run;
  readonly configuration: string | null;
  /** Launched by an earlier engine. */
  readonly isFound: boolean;
  request(method: string, params: object): Promise<unknown>;
  write(lines: string): Promise<void>;
}

export interface AccountOptions {
  server: AccountServer;
  login: AgentLogin;
  log: Log;
}

type Verdict = 'renewed' | 'refused';

export const REFRESH = 'account/chatgptAuthTokens/refresh';

export class Account {
  readonly #options: AccountOptions;
  #forget: (() => void) | null = null;
  #signedInWith: HandedOver | null = null;
  #signing: Promise<void> = Promise.resolve();

  constructor(options: AccountOptions) {
    this.#options = options;
  }

  /** Hands the login over, and each one that takes its place. Settles when the server is logged in, or that has failed. */
  begin(): Promise<void> {
    this.#forget ??= this.#options.login.onChange(() => void this.signIn());
    return this.signIn();
  }

  /** The server is gone, or let go. */
  close(): void {
    this.#forget?.();
  }

  /** Hands the login in use over, if there is one to be handed over; settles when that is done, or has failed. */
  signIn(): Promise<void> {
    this.#signing = this.#signing.then(() => this.#signIn()).catch((error: unknown) => this.#warn(error));
    return this.#signing;
  }

  /** The model's API refused the login: asks for another. */
  async rejected(): Promise<Verdict> {
    const outcome = await this.#options.login.rejected().catch((error: unknown) => {
      this.#warn(error);
      return 'refused' as const;
    });
    return outcome === 'refused' ? 'refused' : 'renewed';
  }

  /** The server waits for an answer for ten seconds, and asks again. */
  async answer(frame: FrameOf<'request'>): Promise<void> {
    if (await this.#isAnswered(frame)) return;
    const verdict = await this.rejected();
    const wanted = verdict === 'renewed' ? handedOver(this.#options.login) : null;
    if (wanted?.type === 'chatgptAuthTokens') {
      const { type: _, ...tokens } = wanted;
      this.#signedInWith = wanted;
      return this.#write(resultLine(frame.id, tokens));
    }
    await this.#write(errorLine(frame.id, 'There is no other token.'));
    if (wanted !== null) await this.signIn();
  }

  async #signIn(): Promise<void> {
    const { server, login } = this.#options;
    const wanted = handedOver(login);
    if (wanted === null || isDeepStrictEqual(wanted, this.#signedInWith)) return;
    if (wanted.type === 'apiKey') {
      // Another server would write the key, and the end of a login, to its file.
      if (!keepsNoLogin(server.configuration)) return;
      await server.request('account/logout', {});
    }
    await server.request('account/login/start', wanted);
    this.#signedInWith = wanted;
  }

  /** By the engine that launched the server. */
  async #isAnswered({ id }: FrameOf<'request'>): Promise<boolean> {
    const { server } = this.#options;
    if (!server.isFound) return false;
    const lines = (await readFile(filesOf(server.run).stdin, 'utf8')).split('\n');
    const answers = ['result', 'error'].map((kind) => `{"id":${JSON.stringify(id)},"${kind}":`);
    return lines.some((line) => answers.some((answer) => line.startsWith(answer)));
  }

  async #write(line: string): Promise<void> {
    await this.#options.server.write(line).catch((error: unknown) => this.#warn(error));
  }

  #warn(error: unknown): void {
    const { log, server } = this.#options;
    log.warn(
      { reason: error instanceof Error ? error.message : String(error), runId: server.run.id },
      'Codex was not logged in',
    );
  }
}
