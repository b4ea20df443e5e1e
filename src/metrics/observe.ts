import type { EngineEventBody } from '../contract/events.ts';
import type { Tally } from './tally.ts';

/** Counts what an event says. */
export function observe(tally: Tally, { type, payload }: EngineEventBody): void {
  switch (type) {
    case 'chat.turn.accepted':
      return tally.count('messages_accepted_total');
    case 'chat.message.dropped':
      return tally.count('messages_dropped_total', { reason: payload.reason });
    case 'chat.turn.completed':
      tally.count('turns_total', { outcome: payload.outcome });
      return tally.time('turn_seconds', payload.durationMs / 1_000);
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
