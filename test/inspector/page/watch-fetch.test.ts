import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchFetch } from '../../../src/inspector/page/watch-fetch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

type Answer = (signal: AbortSignal | null | undefined) => Promise<Response>;

/** There is no connection: a browser keeps the call until there is one. */
const waits: Answer = (signal) =>
  new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
const answers: Answer = async () => new Response('{}');
const fails: Answer = async () => {
  throw new TypeError('Failed to fetch');
};

it('tells when no connection can be had, and when there is one again', async () => {
  const { call, told, answer } = watch({ health: waits });

  const answered = call();
  await vi.advanceTimersByTimeAsync(4_000);
  expect(told).toEqual([]);
  await expireProbes();
  expect(told).toEqual([true]);
  answer();
  await answered;

  expect(told).toEqual([true, false]);
});

it.each([
  ['the engine answers, and only this call takes long', answers],
  ['the engine is away, which the stream tells', fails],
])('says nothing when %s', async (_what, health) => {
  const { call, told } = watch({ health });

  void call();
  await vi.advanceTimersByTimeAsync(4_000);
  await expireProbes();

  expect(told).toEqual([]);
});

it('says nothing when the call is answered while it is being looked into', async () => {
  const { call, told, answer } = watch({ health: waits });

  const answered = call();
  await vi.advanceTimersByTimeAsync(4_000);
  answer();
  await answered;
  await expireProbes();

  expect(told).toEqual([]);
});

const expiries = new Set<() => void>();

/** The limits of probes are the platform's, which does not go by the clock of a test. */
async function expireProbes(): Promise<void> {
  for (const expire of expiries) expire();
  await vi.advanceTimersByTimeAsync(1);
}

function watch({ health }: { health: Answer }) {
  const told: boolean[] = [];
  let resolve: (response: Response) => void = () => {};
  const promise = new Promise<Response>((settle) => (resolve = settle));
  vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => {
    const limit = new AbortController();
    expiries.add(() => limit.abort(new DOMException('Timed out', 'TimeoutError')));
    return limit.signal;
  });
  const fetch = watchFetch({
    fetch: (input, init) => (input === '/health' ? health(init?.signal) : promise),
    healthUrl: '/health',
    onStuck: (isStuck) => told.push(isStuck),
  });
  return { call: () => fetch('/chats'), told, answer: () => resolve(new Response()) };
}
