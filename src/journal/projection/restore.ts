import { createRecord, evolve } from '../../../machines/chat.record.ts';
import type { ChatRecord, ChatsFile } from '../../contract/records.ts';
import { sequenceOf } from '../event-id.ts';
import type { StoredLine } from '../event-line.ts';
import type { Journal } from '../journal.ts';
import type { DeletedChats } from './deleted-chats.ts';
import type { History } from './history.ts';
import type { HooksState } from './hooks-state.ts';
import type { WorkspaceBudget } from './workspace-usage.ts';

export interface RestoreOptions {
  /** The last checkpoint, if there is one. */
  file: ChatsFile | null;
  journal: Journal;
  history: History;
  /** As the checkpoint has it; what the journal tells beyond is folded in. */
  hooks: HooksState;
  deleted: DeletedChats;
  budget: WorkspaceBudget;
}

export interface RestoredRecords {
  records: Map<string, ChatRecord>;
  /** The id of the last line that they know of. */
  until: string;
}

/** The chats as the last engine left them: its checkpoint, and what the journal tells beyond it. */
export async function restoreRecords(options: RestoreOptions): Promise<RestoredRecords> {
  const { file, journal } = options;
  const records = new Map(file?.chats.map((record) => [record.chat.id, record]));
  const start = await startOfFold(file, journal);
  let until = file?.watermark ?? '';
  if (start === undefined) return { records, until };
  for await (const lines of journal.replay(start)) {
    for (const line of lines) await apply(line, records, options);
    until = lines.at(-1)?.id ?? until;
  }
  return { records, until };
}

/**
 * Behind which id the journal is to be folded in; null for all of it, undefined for nothing. A checkpoint that the log
 * does not know stands for itself: folding from elsewhere would apply lines twice. Behind one that is older than what can
 * be resumed is all that is left.
 */
async function startOfFold(file: ChatsFile | null, journal: Journal): Promise<string | null | undefined> {
  if (file === null || sequenceOf(file.watermark) === 0) return null;
  const finding = await journal.find(file.watermark);
  return finding === 'found' || finding === 'expired' ? file.watermark : undefined;
}

async function apply(
  line: StoredLine,
  records: Map<string, ChatRecord>,
  { history, hooks, deleted, budget }: RestoreOptions,
): Promise<void> {
  if (line.record !== undefined) hooks.fold(line.record);
  budget.fold(line);
  const chatId = chatIdOf(line);
  if (chatId === undefined) return;
  const before = records.get(chatId);
  const record = recordAfter(before, line);
  if (record === undefined) {
    records.delete(chatId);
    if (line.type === 'chat.deleted') {
      if (before !== undefined) deleted.note(before.chat);
      await history.remove(chatId);
    }
    return;
  }
  records.set(chatId, record);
  if (line.type === 'chat.created') deleted.forget(chatId);
  if (line.type === 'chat.turn.delta') history.append(chatId, line.id, [line.payload.event]);
}

/** Undefined before anything is told of the chat and after it is deleted. */
export function recordAfter(before: ChatRecord | undefined, line: StoredLine): ChatRecord | undefined {
  if (line.type === 'chat.created') {
    const { chat, clientRequestId } = line.payload;
    return createRecord(chat, {
      policy: line.record?.policy ?? 'bypass',
      clientRequestId,
      isUntitled: line.record?.isUntitled,
    });
  }
  if (line.type === 'chat.deleted') return undefined;
  const known = before ?? recordFrom(line);
  return known && evolve(known, line);
}

/** Of a chat whose first line is lost, or not kept any more. */
function recordFrom(line: StoredLine): ChatRecord | undefined {
  if (line.type !== 'chat.updated') return undefined;
  const { chat } = line.payload;
  return createRecord(chat, { policy: chat.policy ?? 'bypass' });
}

/** The chat a line is about, or undefined for lines about none. */
export function chatIdOf({ payload }: StoredLine): string | undefined {
  if ('chatId' in payload) return payload.chatId;
  return 'chat' in payload ? payload.chat.id : undefined;
}
