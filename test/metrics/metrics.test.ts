import { describe, expect, it, vi } from 'vitest';
import type { CredentialProvider, CredentialState } from '../../src/contract/credentials.ts';
import type { EngineEventBody } from '../../src/contract/events.ts';
import { Metrics } from '../../src/metrics/metrics.ts';
import { startApp } from '../support/fake-engine.ts';

const ABOUT_HOOKS = { running: true, completed: false };
const END = { chatId: 'c1', messageId: 'm1', isComplete: true } as const;

describe('metrics', () => {
  it('count what was said, by how it went and never by chat', async () => {
    const metrics = new Metrics();

    metrics.observe([
      { type: 'chat.turn.accepted', payload: { chatId: 'c1', messageId: 'm1', queued: false, position: 0 } },
      { type: 'chat.turn.completed', payload: { ...END, outcome: 'completed', durationMs: 4_000 } },
      { type: 'chat.turn.completed', payload: { ...END, outcome: 'completed', durationMs: 40_000 } },
      { type: 'chat.turn.completed', payload: { ...END, outcome: 'lost', durationMs: 0 } },
      { type: 'chat.message.dropped', payload: { chatId: 'c1', messageId: 'm2', reason: 'cleared' } },
      { type: 'hooks.progress', payload: ABOUT_HOOKS },
      { type: 'hooks.progress', payload: { ...ABOUT_HOOKS, exitCode: 0 } },
      { type: 'hooks.progress', payload: { ...ABOUT_HOOKS, exitCode: 124 } },
      { type: 'hooks.failed', payload: ABOUT_HOOKS },
      { type: 'error', payload: { code: 'file_damaged', message: 'A file was damaged.' } },
    ]);

    expect(await samplesOf(metrics)).toMatchObject({
      replicas_messages_accepted_total: 1,
      'replicas_turns_total{outcome="completed"}': 2,
      'replicas_turns_total{outcome="lost"}': 1,
      'replicas_messages_dropped_total{reason="cleared"}': 1,
      'replicas_hook_commands_total{outcome="succeeded"}': 1,
      'replicas_hook_commands_total{outcome="failed"}': 1,
      'replicas_hook_runs_total{outcome="failed"}': 1,
      'replicas_errors_total{code="file_damaged"}': 1,
      'replicas_turn_seconds_bucket{le="5"}': 2,
      'replicas_turn_seconds_bucket{le="60"}': 3,
      replicas_turn_seconds_sum: 44,
      replicas_turn_seconds_count: 3,
    });
  });

  it('time each refresh of a credential until the state that follows, by provider', async () => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    const metrics = new Metrics();
    const say = (provider: CredentialProvider, state: CredentialState, at: number) => {
      now = at;
      metrics.observe([{ type: 'credentials.changed', payload: { provider, state } }]);
    };

    say('claude', 'refreshing', 0);
    say('github', 'refreshing', 1_000);
    say('claude', 'fresh', 1_500);
    say('github', 'backingOff', 61_000);
    say('claude', 'refreshing', 100_000);
    say('claude', 'fresh', 100_500);

    expect(await samplesOf(metrics)).toMatchObject({
      'replicas_credential_refresh_seconds_bucket{le="0.5",provider="claude",state="fresh"}': 1,
      'replicas_credential_refresh_seconds_sum{provider="claude",state="fresh"}': 2,
      'replicas_credential_refresh_seconds_count{provider="claude",state="fresh"}': 2,
      'replicas_credential_refresh_seconds_bucket{le="60",provider="github",state="backingOff"}': 1,
      'replicas_credential_refresh_seconds_count{provider="github",state="backingOff"}': 1,
    });
  });

  it('do not time a state that no refresh led to', async () => {
    const metrics = new Metrics();

    metrics.observe([{ type: 'credentials.changed', payload: { provider: 'claude', state: 'absent' } }]);

    expect(Object.keys(await samplesOf(metrics)).join(' ')).not.toContain('credential_refresh_seconds');
  });

  it('go on from look to look: nothing is counted twice, nothing is forgotten', async () => {
    const metrics = new Metrics();
    const lost: EngineEventBody = {
      type: 'chat.turn.completed',
      payload: { ...END, outcome: 'lost', durationMs: 1 },
    };
    metrics.observe([lost]);
    await samplesOf(metrics);
    metrics.observe([lost]);
    await metrics.timeAccept(Promise.resolve('receipt'));

    await samplesOf(metrics);

    expect(await samplesOf(metrics)).toMatchObject({
      'replicas_turns_total{outcome="lost"}': 2,
      replicas_turn_seconds_count: 2,
      replicas_accept_seconds_count: 1,
    });
  });

  it('keep what is rare, however much else happens until somebody looks', async () => {
    const metrics = new Metrics();
    const end: EngineEventBody = {
      type: 'chat.turn.completed',
      payload: { ...END, outcome: 'completed', durationMs: 1 },
    };
    metrics.observe([
      { type: 'credentials.changed', payload: { provider: 'claude', state: 'refreshing' } },
      { type: 'credentials.changed', payload: { provider: 'claude', state: 'fresh' } },
    ]);

    metrics.observe(Array.from({ length: 10_000 }, () => end));

    expect(await samplesOf(metrics)).toMatchObject({
      'replicas_credential_refresh_seconds_count{provider="claude",state="fresh"}': 1,
      replicas_turn_seconds_count: 10_000,
    });
  });

  it('look up the rest when asked, and tell of the process and its event loop', async () => {
    let waiting = 3;
    const gauges = { queued_messages: { help: 'Waiting.', read: () => waiting } };
    const metrics = new Metrics();

    const before = await samplesOf(metrics, gauges);
    waiting = 1;
    const after = await samplesOf(metrics, gauges);

    expect([before, after].map(({ replicas_queued_messages: value }) => value)).toEqual([3, 1]);
    expect(after['replicas_engine_info{version="1.2.3"}']).toBe(1);
    expect(Object.keys(after)).toEqual(
      expect.arrayContaining(['nodejs_eventloop_lag_p99_seconds', 'process_resident_memory_bytes']),
    );
  });

  it('show in which state each part is now, and no state that it left', async () => {
    let state = 'ready';
    const read = () => [{ labels: { provider: 'claude', state }, count: 1 }];
    const gauges = { logins: { help: 'Logins.', labelNames: ['provider', 'state'], read } };
    const metrics = new Metrics();

    const before = await samplesOf(metrics, gauges);
    state = 'refreshing';
    const after = await samplesOf(metrics, gauges);

    const shown = (samples: object) => Object.keys(samples).filter((name) => name.includes('logins'));
    expect([shown(before), shown(after)]).toEqual([
      ['replicas_logins{provider="claude",state="ready"}'],
      ['replicas_logins{provider="claude",state="refreshing"}'],
    ]);
  });

  it('do not count a message that was refused', async () => {
    const metrics = new Metrics();

    await expect(metrics.timeAccept(Promise.reject(new Error('refused')))).rejects.toThrow('refused');

    expect(await samplesOf(metrics)).toMatchObject({ replicas_accept_seconds_count: 0 });
  });
});

describe('GET /metrics', () => {
  it('answers in the text format, to whoever has the secret', async () => {
    const mediaType = 'text/plain; version=0.0.4; charset=utf-8';
    const { app, request } = startApp({
      metrics: { read: async () => ({ mediaType, text: 'replicas_chats 2\n' }) },
    });

    const answer = await request('/metrics');

    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
      200,
      mediaType,
      'replicas_chats 2\n',
    ]);
    expect((await app.request('/metrics')).status).toBe(401);
  });
});

/** Every sample, by its name and labels. */
async function samplesOf(metrics: Metrics, gauges = {}): Promise<Record<string, number>> {
  const { text } = await metrics.read({ gauges, version: '1.2.3' });
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' ') + 1)),
    ]),
  );
}
