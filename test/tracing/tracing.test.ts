import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Journal } from '../../src/journal/journal.ts';
import type { StoredLine } from '../../src/journal/event-line.ts';
import { createLog } from '../../src/log.ts';
import { SpanSender } from '../../src/tracing/span-sender.ts';
import { Tracing } from '../../src/tracing/tracing.ts';
import type { TracedSpan } from '../../src/tracing/span.ts';
import { startCollector } from '../support/span-collector.ts';
import { appendAll, openTestJournal, textOf } from '../journal/open-test-journal.ts';

let folder: string;
let journal: Journal;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tracing-'));
  ({ journal } = await openTestJournal(folder));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await journal.close();
  await rm(folder, { recursive: true });
});

const SPAN: TracedSpan = {
  traceId: '1'.repeat(32),
  spanId: '2'.repeat(16),
  parentSpanId: null,
  name: 'n',
  startedAt: 1,
  endedAt: 2,
  attributes: {},
};

function follow({ readsBack = false, closeSender = async () => undefined as void } = {}) {
  const taken: string[] = [];
  const take = (line: StoredLine) => {
    taken.push(textOf(line));
    return [];
  };
  const sender = { send: () => undefined, close: closeSender };
  const tracing = new Tracing({
    journal,
    maker: { take },
    sender,
    readsBack,
    log: createLog({ level: 'silent', secrets: [] }),
  });
  return { taken, tracing };
}

it('reads what comes, and what was there only when something of it still runs', async () => {
  await appendAll(journal, ['before']);
  const [fresh, taking] = [follow(), follow({ readsBack: true })];
  await appendAll(journal, ['one', 'two']);
  await Promise.all([fresh.tracing.close(), taking.tracing.close()]);

  expect(fresh.taken).toEqual(['one', 'two']);
  expect(taking.taken).toEqual(['before', 'one', 'two']);
});

it('does not hold up a stop when spans cannot be sent', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  const { tracing } = follow({ closeSender: () => new Promise(() => undefined) });
  const closed = tracing.close();
  await vi.advanceTimersByTimeAsync(2_000);

  await closed;
  vi.useRealTimers();
});

it('says once that a collector is away', async () => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', 'http://127.0.0.1:1');
  vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '50');
  vi.stubEnv('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', '1');
  const log = createLog({ level: 'silent', secrets: [] });
  const warn = vi.spyOn(log, 'warn');
  const sender = new SpanSender({ workspaceId: 'w1', version: '1', log });
  sender.send([SPAN, { ...SPAN, spanId: '3'.repeat(16) }]);
  await sender.close();

  expect(warn.mock.calls).toEqual([
    [{ reason: expect.any(String) }, 'traces cannot be sent and are dropped'],
  ]);
});

it('sends a batch again that a collector did not take', async () => {
  const collector = await startCollector({ refusals: 1 });
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.url);
  const sender = new SpanSender({
    workspaceId: 'w1',
    version: '1',
    log: createLog({ level: 'silent', secrets: [] }),
  });
  sender.send([SPAN]);
  await sender.close();

  expect(collector.spans).toMatchObject([{ spanId: SPAN.spanId }]);
});
