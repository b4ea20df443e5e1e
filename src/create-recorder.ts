import type { EngineEnvironment } from './engine-env.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { Home } from './open-home.ts';
import { BootStatus } from './projection/boot-status.ts';
import { Recorder, type Delta } from './projection/recorder.ts';
import { monotonicClock } from './projection/turn-duration.ts';

export interface CreateRecorderOptions {
  environment: EngineEnvironment;
  log: Log;
  metrics: Metrics;
  onTurnEnd: () => void;
}

/** History is a projection: an event enters it when the journal has it on disk. */
export function createRecorder(
  { journal, history, records, hooks, outbox }: Home,
  { environment, log, metrics, onTurnEnd }: CreateRecorderOptions,
): { recorder: Recorder; boot: BootStatus } {
  const uncommitted: Delta[] = [];
  journal.onCommit(() => {
    const { committedId } = journal;
    const count = uncommitted.findIndex(({ id }) => id > committedId);
    for (const delta of uncommitted.splice(0, count === -1 ? uncommitted.length : count)) {
      history.append(delta.chatId, delta.id, [delta.event]);
    }
  });
  const boot = new BootStatus(environment, log);
  const recorder = new Recorder({
    append: (entries, options) => {
      metrics.observe(entries);
      if (entries.some(({ type }) => type === 'chat.turn.completed')) onTurnEnd();
      const lastId = journal.append(entries, options);
      outbox.note(entries, lastId);
      return lastId;
    },
    onDelta: (delta) => uncommitted.push(delta),
    now: () => new Date(),
    clock: monotonicClock(hooks.bootId),
    records,
    hooks,
    boot,
  });
  return { recorder, boot };
}
