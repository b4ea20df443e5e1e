import { describe, expect, it } from 'vitest';
import type { SnapshotFrom } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { outboxMachine } from '../../../machines/outbox.machine.ts';
import type { OutboxEvent } from '../../../machines/outbox.setup.ts';
import {
  BROKEN,
  DELIVERED,
  DRAIN,
  KEPT,
  REFUSED,
  UNAVAILABLE,
  found,
  startOutbox,
} from '../../support/start-outbox.ts';
import { leafIn } from '../../support/state-names.ts';

type Snapshot = SnapshotFrom<typeof outboxMachine>;

const BACKOFF = { type: 'xstate.after.backoff.outbox.active.delivery.backingOff' } as unknown as OutboxEvent;

/** What can happen in each state: its own actor answers, its time passes, or the engine stops. Only a drain finds nothing left. */
const POSSIBLE: Record<string, OutboxEvent[]> = {
  looking: [found('1'), found('2'), BROKEN.looking, DRAIN],
  emptying: [found('1'), found('2'), found(null), BROKEN.looking, DRAIN],
  telling: [DELIVERED, REFUSED, UNAVAILABLE, BROKEN.telling, DRAIN],
  burying: [KEPT, BROKEN.burying, DRAIN],
  backingOff: [BACKOFF, DRAIN],
};

function possibleEvents(snapshot: Snapshot): OutboxEvent[] {
  return POSSIBLE[leafIn(snapshot, 'active.delivery')] ?? [];
}

const paths = getShortestPaths(outboxMachine, {
  events: possibleEvents,
  serializeState: ({ value, context }) => JSON.stringify([value, context.event?.id]),
});

describe('outbox machine, along every shortest path and one event more', () => {
  const walked = paths.flatMap(({ steps, state }) => {
    const events = steps.slice(1).map((step) => step.event); // the first step is `xstate.init`
    return [events, ...possibleEvents(state).map((event) => [...events, event])].map(walk);
  });

  it('settles an event exactly when it was delivered or kept, in that order', () => {
    const wrong = walked.filter(({ events, emitted }) => {
      const due = events.reduce<{ current: string | null; settled: string[] }>(
        ({ current, settled }, event) => {
          if ('output' in event && event.output !== null && 'id' in event.output)
            return { current: event.output.id, settled };
          const isDue = (event === DELIVERED || event === KEPT) && current !== null;
          return isDue ? { current: null, settled: [...settled, current!] } : { current, settled };
        },
        { current: null, settled: [] },
      );
      const settled = emitted.flatMap((event) => (event.type === 'event.settled' ? [event.id] : []));
      return JSON.stringify(settled) !== JSON.stringify(due.settled);
    });

    expect(wrong.map(({ route }) => route)).toEqual([]);
  });

  it('announces as many refusals as were kept', () => {
    const wrong = walked.filter(({ events, emitted }) => {
      const refusals = emitted.filter(({ type }) => type === 'error').length;
      return refusals !== events.filter((event) => event === KEPT).length;
    });

    expect(wrong.map(({ route }) => route)).toEqual([]);
  });

  it('never fails, whatever its actors do', () => {
    expect(walked.filter(({ status }) => status === 'error').map(({ route }) => route)).toEqual([]);
  });

  it('is over only after a drain', () => {
    const wrong = walked.filter(({ status, events }) => status === 'done' && !events.includes(DRAIN));

    expect(wrong.map(({ route }) => route)).toEqual([]);
  });
});

function walk(events: OutboxEvent[]) {
  const { outbox, emitted, take } = startOutbox();
  for (const event of events) take(event === BACKOFF ? 300_000 : event);
  const route = events.map(({ type }) => type.replace('xstate.', '')).join(' → ');
  return { route, events, emitted, status: outbox.getSnapshot().status };
}
