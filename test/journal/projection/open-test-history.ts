import { join } from 'node:path';
import type { AgentEvent } from '../../../src/contract/agent-event.ts';
import type { Retold } from '../../../src/journal/projection/history-rebuild.ts';
import { History, type HistoryOptions } from '../../../src/journal/projection/history.ts';
import { createEngineStorage } from '../../../src/storage/atomic-files.ts';
import type { Damage } from '../../../src/storage/set-aside.ts';
import { createDisk } from '../../storage/breakable-file.ts';
import { temporaryFolder } from '../../storage/temporary-folder.ts';

export const NOW = new Date('2026-01-02T03:04:05.678Z');

interface OpenOptions extends Partial<HistoryOptions> {
  base?: string;
  openFile?: ReturnType<typeof createDisk>['open'];
}

/** Histories on real files, and one of them, "chat", under the test's eyes. */
export async function open({ base, openFile = createDisk().open, ...options }: OpenOptions = {}) {
  const home = base ?? (await temporaryFolder());
  const damages: Damage[] = [];
  const troubles: unknown[] = [];
  const onDamage = (damage: Damage) => void damages.push(damage);
  const { files } = createEngineStorage({ base: home, openFile, onDamage });
  const folder = join(home, 'engine', 'history');
  const history = new History({
    files,
    folder: 'engine:history',
    retell: () => Promise.resolve(retold([])),
    onDamage,
    onTrouble: (error) => troubles.push(error),
    onFatal: fail,
    ...options,
  });
  const texts = async (request: { limit: number; offset: number; before?: string }) => {
    const { eventsJson, total, hasMore, beforeCursor } = await history.page('chat', request);
    return { texts: textsIn(eventsJson), total, hasMore, cursor: beforeCursor };
  };
  return { history, texts, damages, troubles, folder, file: join(folder, 'chat.jsonl') };
}

/** A log that still has these events of the chat, each of which says its number. */
export function retold(numbers: readonly number[]): Retold {
  const ids = numbers.map((n) => idOf(n));
  const events = numbers.map((n) => ({ id: idOf(n), event: () => JSON.stringify(said(String(n))) }));
  return {
    ids,
    until: ids.at(-1) ?? idOf(0),
    async *eventsFrom(first) {
      yield* events.filter(({ id }) => id >= first);
    },
  };
}

export function textsIn(eventsJson: string): unknown[] {
  const events: AgentEvent[] = JSON.parse(eventsJson);
  return events.map(({ type, payload }) => payload['text'] ?? type);
}

export function said(text: string): AgentEvent {
  return { timestamp: NOW.toISOString(), type: 'claude-assistant', payload: { text } };
}

export function idOf(sequence: number): string {
  return `${String(sequence).padStart(12, '0')}-aaaaaaaa`;
}

function fail(problem: unknown): never {
  throw new Error('The history cannot go on.', { cause: problem });
}
