import { beforeEach, expect, it, vi } from 'vitest';
import type { Heartbeat } from '../../src/contract/monolith.ts';
import { keepBeating, type HeartbeatOptions } from '../../src/control-plane/heartbeat.ts';

const STARTED_AT = new Date('2026-01-01T00:00:00.000Z');
const OLDEST = { id: '000000000007-aaaaaaaa', ts: '2025-12-31T23:00:00.000Z' };
const COUNTERS = {
  hasActiveSSHSessions: false,
  activeSseClients: 1,
  chatsTotal: 2,
  chatsProcessing: 1,
  reposTotal: 3,
  hooksRunning: false,
};
const BOOT = { state: 'ready', since: STARTED_AT.toISOString() } as const;

beforeEach(() => {
  vi.useFakeTimers({ now: STARTED_AT });
  return () => vi.useRealTimers();
});

it('tells at once, and then again and again, how things are', async () => {
  const { heartbeats, stop } = begin();
  await vi.advanceTimersByTimeAsync(60_000);

  expect(heartbeats.map(({ ts }) => ts)).toEqual(['00', '30', '60'].map(secondsLater));
  expect(heartbeats[1]).toEqual({
    type: 'engine.heartbeat',
    ts: secondsLater('30'),
    workspaceId: 'w1',
    payload: {
      bootTimeMs: STARTED_AT.getTime(),
      uptimeSeconds: 30,
      status: 'ok',
      boot: BOOT,
      counters: COUNTERS,
      undelivered: { ...OLDEST, lag: 4 },
    },
  });

  const stopped = stop();
  await vi.advanceTimersByTimeAsync(60_000);
  await stopped;
  expect(heartbeats).toHaveLength(3);
});

it('gathers none while one is under way', async () => {
  let answer = () => {};
  const { heartbeats, stop } = begin({
    beat: () => new Promise<void>((resolve) => (answer = resolve)),
  });
  await vi.advanceTimersByTimeAsync(100_000);
  expect(heartbeats).toHaveLength(1);

  answer();
  await vi.advanceTimersByTimeAsync(0);
  expect(heartbeats.map(({ ts }) => ts)).toEqual([secondsLater('00'), secondsLater('100')]);
  const stopped = stop();
  answer();
  await vi.advanceTimersByTimeAsync(30_000);
  await stopped;
});

it('says nothing where nobody wants to hear it', async () => {
  const { heartbeats, done } = begin({ everyMs: 0 });

  await done;
  expect(heartbeats).toEqual([]);
});

function begin({ beat = () => Promise.resolve(), ...options }: Partial<HeartbeatOptions> = {}) {
  const heartbeats: Heartbeat[] = [];
  const ending = new AbortController();
  const done = keepBeating({
    workspaceId: 'w1',
    everyMs: 30_000,
    health: () => ({ status: 'ok', version: '1', boot: BOOT }),
    status: () => ({ uptimeSeconds: (Date.now() - STARTED_AT.getTime()) / 1000, ...COUNTERS }),
    outbox: { oldest: OLDEST, lag: 4 },
    signal: ending.signal,
    pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    ...options,
    beat: (heartbeat) => {
      heartbeats.push(heartbeat);
      return beat(heartbeat);
    },
  });
  return { heartbeats, done, stop: () => (ending.abort(), done) };
}

function secondsLater(seconds: string): string {
  return new Date(STARTED_AT.getTime() + Number(seconds) * 1000).toISOString();
}
