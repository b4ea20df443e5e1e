import type { Metrics } from './metrics/metrics.ts';
import type { Home } from './open-home.ts';
import { Recorder, type Delta } from './projection/recorder.ts';
import { monotonicClock } from './projection/turn-duration.ts';

/** History is a projection: an event enters it when the journal has it on disk. */
export function createRecorder(
  { bootId, journal, history, records, outbox }: Home,
  { metrics, onTurnEnd }: { metrics: Metrics; onTurnEnd: () => void },
): Recorder {
  const uncommitted: Delta[] = [];
  journal.onCommit(() => {
    const { committedId } = journal;
    const count = uncommitted.findIndex(({ id }) => id > committedId);
    for (const delta of uncommitted.splice(0, count === -1 ? uncommitted.length : count)) {
      history.append(delta.chatId, delta.id, [delta.event]);
    }
  });
  return new Recorder({
    append: (entries, options) => {
      metrics.observe(entries);
      if (entries.some(({ type }) => type === 'chat.turn.completed')) onTurnEnd();
      const lastId = journal.append(entries, options);
      outbox.note(entries, lastId);
      return lastId;
    },
    onDelta: (delta) => uncommitted.push(delta),
    now: () => new Date(),
    clock: monotonicClock(bootId),
    records,
  });
}
