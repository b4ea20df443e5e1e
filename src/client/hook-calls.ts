import {
  HooksStatusSchema,
  RunHooksResponseSchema,
  type HookKind,
  type HooksStatus,
} from '../contract/hooks.ts';
import { closable } from './closable.ts';
import { readFrames } from './read-frames.ts';
import type { CallOptions, Transport } from './transport.ts';

export interface HookLogOptions extends CallOptions {
  repo?: string;
}

/** Everything about the hooks of repositories. Each call rejects with an `EngineClientError`. */
export class HookCalls {
  readonly #transport: Transport;
  readonly #silenceMs: number;

  constructor(transport: Transport, silenceMs: number) {
    this.#transport = transport;
    this.#silenceMs = silenceMs;
  }

  status({ signal }: CallOptions = {}): Promise<HooksStatus> {
    const call = { method: 'GET', path: '/hooks/status', schema: HooksStatusSchema } as const;
    return this.#transport.call({ ...call, signal, isRepeatable: true });
  }

  /** Starts the hooks of all repositories, or of one; returns the id of the run. */
  async run({ repo, kind, signal }: CallOptions & { repo?: string; kind?: HookKind } = {}): Promise<string> {
    const { runId } = await this.#transport.call({
      method: 'POST',
      path: '/hooks/run',
      query: { repo, type: kind },
      schema: RunHooksResponseSchema,
      isRepeatable: false,
      signal,
    });
    return runId;
  }

  /** Everything that hooks printed. */
  async log({ repo, signal }: HookLogOptions = {}): Promise<string> {
    return this.#transport.text('/hooks/logs', { query: { repo }, signal });
  }

  /** The end of what hooks printed, then each line that is added, until the connection ends. */
  followLog({ repo, signal }: HookLogOptions = {}): AsyncGenerator<string> {
    return closable(signal, (closing) => this.#followLog({ repo, signal: closing }));
  }

  async *#followLog({ repo, signal }: CallOptions & { repo: string | undefined }): AsyncGenerator<string> {
    const query = { repo, follow: true };
    const request = { path: '/hooks/logs', query, signal, silenceMs: this.#silenceMs };
    for await (const frames of readFrames(this.#transport, request)) {
      for (const { type, data } of frames) if (type === 'line') yield data;
    }
  }
}
