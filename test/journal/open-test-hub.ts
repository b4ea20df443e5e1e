import { onTestFinished } from 'vitest';
import { Hub, type HubOptions, type StreamRequest } from '../../src/journal/hub.ts';
import type { JournalOptions } from '../../src/journal/journal-options.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { NOW, openTestJournal } from './open-test-journal.ts';
import { SseInbox } from './sse-inbox.ts';

/** A hub over a journal on real files. */
export async function openTestHub(options: { hub?: HubOptions; journal?: Partial<JournalOptions> } = {}) {
  const { journal } = await openTestJournal(await temporaryFolder(), options.journal);
  const hub = new Hub(journal, { gatherMs: 1, now: () => NOW, ...options.hub });
  onTestFinished(() => hub.close());
  const open = async (request: StreamRequest) => new SseInbox(await hub.open(request));
  return { journal, hub, open };
}
