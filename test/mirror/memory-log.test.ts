import { MemoryLog } from '../support/memory-log.ts';
import { describeSharedLog } from '../support/shared-log-conformance.ts';

describeSharedLog('memory', {
  empty() {
    const log = new MemoryLog();
    return () => log;
  },
});
