import type { DeadLetter } from '../../machines/outbox.setup.ts';
import type { AtomicFiles } from '../storage/atomic-files.ts';
import { writeAll } from '../storage/log-file.ts';

const KEY = 'engine:dead-letters.jsonl';
const FILE_BYTES = 8 << 20;

/** Appends what the control plane will never be told, one JSON object per line, durably. Full, the file is moved to `.1`. */
export async function keepDeadLetters(
  files: AtomicFiles,
  { letters, now }: { letters: readonly DeadLetter[]; now: Date },
): Promise<void> {
  const at = now.toISOString();
  const text = letters.map(({ event, reason }) => `${JSON.stringify({ at, reason, event })}\n`).join('');
  const file = await files.open(KEY);
  try {
    const position = await file.size();
    await writeAll(file, { bytes: Buffer.from(text), position });
    await file.datasync();
    if (position + text.length >= FILE_BYTES) await files.rename(KEY, `${KEY}.1`);
  } finally {
    await file.close();
  }
}
