import type { Usage } from '../contract/chats.ts';
import type { CredentialProvider } from '../contract/credentials.ts';
import type { EngineEventBody } from '../contract/events.ts';
import type { Exposition, Gauges } from './exposition.ts';
import { Tally } from './tally.ts';

export interface MetricsPage {
  mediaType: string;
  text: string;
}

/** Counts what the engine says, and shows it to Prometheus. Its library is loaded when somebody first asks. */
export class Metrics {
  readonly #tally = new Tally();
  /** When the refreshes began that are under way. */
  readonly #refreshes = new Map<CredentialProvider, number>();
  #exposition: Promise<Exposition> | undefined;

  observe(events: readonly EngineEventBody[]): void {
    for (const event of events) {
      observe(this.#tally, event);
      if (event.type === 'credentials.changed') this.#timeRefresh(event.payload);
    }
  }

  /** From `refreshing` to the state that follows. */
  #timeRefresh({ provider, state }: EngineEventBody<'credentials.changed'>['payload']): void {
    const startedAt = this.#refreshes.get(provider);
    this.#refreshes.delete(provider);
    if (state === 'refreshing') this.#refreshes.set(provider, performance.now());
    else if (startedAt !== undefined)
      this.#tally.time('credential_refresh_seconds', (performance.now() - startedAt) / 1_000, {
        provider,
        state,
      });
  }

  /** Times how long a message takes to be accepted; refusals are not counted. */
  async timeAccept<Receipt>(work: Promise<Receipt>): Promise<Receipt> {
    const startedAt = performance.now();
    const receipt = await work;
    this.#tally.time('accept_seconds', (performance.now() - startedAt) / 1_000);
    return receipt;
  }

  async read({ gauges, version }: { gauges: Gauges; version: string }): Promise<MetricsPage> {
    this.#exposition ??= import('./exposition.ts').then(
      ({ Exposition: Page }) => new Page({ tally: this.#tally, gauges, version }),
    );
    const exposition = await this.#exposition;
    return { mediaType: exposition.mediaType, text: await exposition.render() };
  }
}

/** Counts what an event says. */
function observe(tally: Tally, { type, payload }: EngineEventBody): void {
  switch (type) {
    case 'chat.turn.accepted':
      return tally.count('messages_accepted_total');
    case 'chat.message.dropped':
      return tally.count('messages_dropped_total', { reason: payload.reason });
    case 'chat.turn.completed':
      tally.count('turns_total', { outcome: payload.outcome });
      return tally.time('turn_seconds', payload.durationMs / 1_000);
    case 'chat.usage.changed':
      return observeUsage(tally, payload.spent);
    case 'chat.request.closed':
      return tally.count('requests_total', { outcome: payload.outcome });
    case 'hooks.completed':
    case 'hooks.failed':
      return tally.count('hook_runs_total', { outcome: type === 'hooks.failed' ? 'failed' : 'completed' });
    case 'hooks.progress':
      if (payload.exitCode === undefined) return;
      return tally.count('hook_commands_total', { outcome: payload.exitCode === 0 ? 'succeeded' : 'failed' });
    case 'credentials.changed':
      return tally.count('credential_states_total', { provider: payload.provider, state: payload.state });
    case 'error':
      return tally.count('errors_total', { code: payload.code });
  }
}

function observeUsage(tally: Tally, { costUsd, ...spent }: Usage): void {
  for (const [kind, name] of Object.entries(KINDS)) {
    const count = spent[name];
    if (count !== undefined) tally.count('tokens_total', { kind }, count);
  }
  if (costUsd !== undefined) tally.count('cost_usd_total', {}, costUsd);
}

const KINDS = {
  input: 'inputTokens',
  output: 'outputTokens',
  cacheRead: 'cacheReadTokens',
  cacheWrite: 'cacheWriteTokens',
} as const;
