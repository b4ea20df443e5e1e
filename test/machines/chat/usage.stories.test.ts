import { describe, expect, it } from 'vitest';
import type { ChatEmitted } from '../../../machines/chat.events.ts';
import { plus } from '../../../machines/chat.usage.ts';
import type { ChatRecord } from '../../../src/contract/records.ts';
import { Metrics } from '../../../src/metrics/metrics.ts';
import { bareRecorder } from '../../support/bare-recorder.ts';
import { CRASHED, ended, interrupt, prepared, said, submit } from '../../support/chat-words.ts';
import { startChat } from '../../support/start-chat.ts';

const CALL = { inputTokens: 3, outputTokens: 2, costUsd: 0.1 };

const spend = (messageId: string | null, spent = CALL) => said(messageId, { events: [], spent });

describe('what a turn uses', () => {
  it('is told as it goes, of the turn and of its chat, and all of it with its end', () => {
    const { emitted, take } = startChat();

    take(submit('m1'), prepared('m1'), spend('m1'), spend('m1'), ended('m1'));
    take(submit('m2'), prepared('m2'), spend('m2'), ended('m2'));

    expect(emitted.flatMap((event) => (event.type === 'chat.usage.changed' ? [event.payload] : []))).toEqual([
      { chatId: 'chat-1', messageId: 'm1', spent: CALL, usage: CALL },
      { chatId: 'chat-1', messageId: 'm1', spent: CALL, usage: times(2) },
      { chatId: 'chat-1', messageId: 'm2', spent: CALL, usage: { ...times(3), turns: 1 } },
    ]);
    expect(usageOfEnds(emitted)).toEqual([times(2), CALL]);
  });

  it.each([
    { way: 'is interrupted', steps: [interrupt(), ended('m1', { outcome: 'interrupted' })] },
    { way: 'dies', steps: [CRASHED] },
  ])('is told with its end when it $way', ({ steps }) => {
    const { chat, emitted, take } = startChat();

    take(submit('m1'), prepared('m1'), spend('m1'), ...steps);

    expect(usageOfEnds(emitted)).toEqual([CALL]);
    expect(chat.getSnapshot().context.record.chat.usage).toEqual({ ...CALL, turns: 1 });
  });

  it('is that of its chat alone when nobody asked for it', () => {
    const { chat, emitted, take } = startChat();

    take(spend(null), submit('m1'), prepared('m1'), ended('m1'));

    expect(usageOfEnds(emitted)).toEqual([undefined]);
    expect(chat.getSnapshot().context.record.chat.usage).toEqual({ ...CALL, turns: 1 });
  });

  it('goes on where the record stands when the chat is taken up, and nothing counts twice', () => {
    const before = startChat();
    before.take(submit('m1'), prepared('m1'), spend('m1'));
    const { record } = before.chat.getSnapshot().context;

    const { emitted, take } = startChat({ record: JSON.parse(JSON.stringify(record)) as ChatRecord });
    take(spend('m1'), ended('m1'));

    expect(usageOfEnds(emitted)).toEqual([times(2)]);
  });
});

describe('a thousand turns', () => {
  it('add up to exactly what was reported, in the record, its log and the metrics', async () => {
    const metrics = new Metrics();
    const { chat, stands, take } = startChat();
    const recorder = bareRecorder({
      append: (entries) => {
        metrics.observe(entries);
        return '000000000001-00000000';
      },
    });
    for (let turn = 0; turn < 1_000; turn += 1) {
      const id = `m${turn}`;
      take(submit(id), prepared(id), spend(id), spend(id), ended(id));
    }
    for (const { emitted, snapshot } of stands)
      recorder.tellChat(snapshot.context.record, emitted, {
        state: 'idle',
        processing: false,
        awaitingInput: false,
      });

    const total = { inputTokens: 6_000, outputTokens: 4_000, costUsd: 200, turns: 1_000 };
    expect(chat.getSnapshot().context.record.chat.usage).toEqual(total);
    expect(recorder.records.get('chat-1')?.chat.usage).toMatchObject(total);
    const { text } = await metrics.read({ gauges: {}, version: '1' });
    expect(text.split('\n')).toEqual(
      expect.arrayContaining([
        'replicas_tokens_total{kind="input"} 6000',
        'replicas_tokens_total{kind="output"} 4000',
        'replicas_cost_usd_total 200',
        'replicas_turns_total{outcome="completed"} 1000',
      ]),
    );
  });
});

function times(count: number) {
  return Array.from({ length: count }, () => CALL).reduce<typeof CALL>(
    plus,
    undefined as unknown as typeof CALL,
  );
}

function usageOfEnds(emitted: readonly ChatEmitted[]) {
  return emitted.flatMap((event) => (event.type === 'chat.turn.completed' ? [event.payload.usage] : []));
}
