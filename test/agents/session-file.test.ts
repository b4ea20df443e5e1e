import type { stat } from 'node:fs/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { inspectSession } from '../../src/agents/session-file.ts';

it('passes over the file of a session that cannot be reached, as one that must not be opened', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const neverAnswers = (() => new Promise(() => {})) as unknown as typeof stat;
  const inspected = inspectSession('/mnt/gone/rollout.jsonl', { status: neverAnswers });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await inspected).toEqual({ kind: 'unusable', reason: 'its file cannot be reached' });
});
