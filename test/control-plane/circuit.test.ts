import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createCircuit } from '../../src/control-plane/circuit.ts';

beforeEach(() => void vi.useFakeTimers({ now: 0, toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

const failing = () => Promise.resolve({ kind: 'unavailable', reason: 'down' });
const working = () => Promise.resolve({ kind: 'delivered' });

it('tries once more after fifteen seconds, and closes if that works', async () => {
  const { circuit, pass } = await openCircuit();
  const attempt = vi.fn(working);

  expect(await circuit(attempt)).toEqual({
    kind: 'unavailable',
    reason: 'It failed again and again; it is left alone.',
    retryAfterMs: 15_000,
  });
  pass(15_000);

  expect(await circuit(attempt)).toEqual({ kind: 'delivered' });
  expect(await circuit(attempt)).toEqual({ kind: 'delivered' });
  expect(attempt).toHaveBeenCalledTimes(2);
});

it('is left open if that fails as well', async () => {
  const { circuit, pass } = await openCircuit();
  const attempt = vi.fn(failing);
  pass(15_000);
  await circuit(attempt);

  expect(await circuit(attempt)).toEqual(expect.objectContaining({ retryAfterMs: 15_000 }));
  expect(attempt).toHaveBeenCalledTimes(1);
});

it('does not stay open because the clock was set back', async () => {
  const { circuit, pass } = await openCircuit();
  pass(31_000);
  vi.setSystemTime(-6 * 3_600_000);

  expect(await circuit(working)).toEqual({ kind: 'delivered' });
});

async function openCircuit() {
  let monotonic = 1;
  const circuit = createCircuit(() => monotonic);
  for (let count = 0; count < 5; count++) await circuit(failing);
  const pass = (milliseconds: number) => {
    monotonic += milliseconds;
    vi.setSystemTime(Date.now() + milliseconds);
  };
  return { circuit, pass };
}
