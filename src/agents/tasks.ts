/** What runs beside the turns of an agent, as a codec keeps it in its state: bounded. */
import { closeSync, existsSync, fstatSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { withTask as keep } from '../../machines/chat.tasks.ts';
import { toDate } from '../contract/bounds.ts';
import type { TaskRecord } from '../contract/tasks.ts';
import { openRegularFile } from '../storage/regular-file.ts';

/** So many are known of one process at a time. */
const TASKS_MAX = 50;

const TITLE_CHARACTERS = 500;

/** The tasks of a process with one as it begins, or as it is now. */
export function withTask(tasks: readonly TaskRecord[], task: TaskRecord): readonly TaskRecord[] {
  const title = task.title.slice(0, TITLE_CHARACTERS).toWellFormed();
  return keep(tasks, { ...task, title }, TASKS_MAX);
}

/** The end of what a task printed, and when that last changed. */
export interface TaskTail {
  text: string;
  changedAt: string;
}

/** As text, or as the file that has it, in one of the folders `below`, and how that is read. */
export type TaskOutput = TaskTail | { below: string; file: string; read: (text: string) => string };

const READ_BYTES = 256 * 1024;

/** Null when there is nothing to read, or not any more. */
export function readOutput(output: TaskOutput | null): TaskTail | null {
  if (output === null || 'text' in output) return output;
  try {
    const files = readdirSync(output.below).map((folder) => join(output.below, folder, output.file));
    const { text, changedAt } = readEnd(files.find((file) => existsSync(file)) ?? '');
    return { text: output.read(text), changedAt };
  } catch {
    return null;
  }
}

function readEnd(file: string): TaskTail {
  const descriptor = openRegularFile(file);
  try {
    const { size, mtimeMs } = fstatSync(descriptor);
    const bytes = Buffer.alloc(Math.min(size, READ_BYTES));
    const length = readSync(descriptor, bytes, 0, bytes.length, size - bytes.length);
    return { text: bytes.toString('utf8', 0, length), changedAt: toDate(mtimeMs).toISOString() };
  } finally {
    closeSync(descriptor);
  }
}
