import { BootStatus } from '../../src/journal/projection/boot-status.ts';
import { DeletedChats } from '../../src/journal/projection/deleted-chats.ts';
import { HooksState } from '../../src/journal/projection/hooks-state.ts';
import { SaidBefore } from '../../src/journal/projection/said-before.ts';
import { WorkspaceBudget } from '../../src/journal/projection/workspace-usage.ts';
import { Recorder, type RecorderOptions } from '../../src/journal/projection/recorder.ts';

/** A recorder with nothing around it but what a test gives. */
export function bareRecorder(options: Partial<RecorderOptions> = {}): Recorder {
  return new Recorder({
    append: () => '',
    onDelta: () => undefined,
    now: () => new Date(),
    clock: () => ({ bootId: '', ms: 0 }),
    records: new Map(),
    deleted: new DeletedChats(),
    saidBefore: new SaidBefore(),
    budget: new WorkspaceBudget(),
    hooks: new HooksState('boot'),
    boot: new BootStatus({ CLOUD_INIT_OUTPUT_LOG: '/none', CLOUD_INIT_TIMEOUT_MS: 600_000 }),
    ...options,
  });
}
