/** What the agent of a chat runs beside its turns, as its record knows it: pure and bounded. */
import type { ChatRecord, Recorded } from '../src/contract/records.ts';
import type { Task, TaskRecord } from '../src/contract/tasks.ts';

/** So many are remembered per chat; agents tell of fewer that run at a time. */
const TASKS = 100;

export function isOpen({ state }: Task): boolean {
  return state === 'running' || state === 'stopping';
}

export function openTasksOf({ tasks = [] }: ChatRecord): TaskRecord[] {
  return tasks.filter(isOpen);
}

/** What is news in all that an agent knows of. What ran and is not in there any more ended unseen. */
export function newsOf({ tasks: known = [] }: ChatRecord, listed: readonly TaskRecord[]): TaskRecord[] {
  const before = new Map(known.map((task) => [task.id, task]));
  const ids = new Set(listed.map(({ id }) => id));
  const changed = listed.flatMap((task) => {
    const one = before.get(task.id);
    const next = one === undefined ? task : follow(one, task);
    return next === null ? [] : [next];
  });
  const lost = known.filter((task) => isOpen(task) && !ids.has(task.id));
  return [...changed, ...lost.map((task) => ({ ...task, state: 'lost' as const }))];
}

/** Null when nothing changed: an end is told once, and what was told to end keeps that state until it does. */
function follow(before: TaskRecord, task: TaskRecord): TaskRecord | null {
  if (!isOpen(before) && !isOpen(task)) return null;
  const isStopping = before.state === 'stopping';
  const state = isStopping ? (STOPPING[task.state] ?? task.state) : task.state;
  const isSame = state === before.state && task.title === before.title && task.tokens === before.tokens;
  return isSame ? null : { ...task, state };
}

/** What comes of one that was told to end. */
const STOPPING: Partial<Record<Task['state'], Task['state']>> = { running: 'stopping', failed: 'stopped' };

export function taskChangeOf({ chat }: ChatRecord, changed: TaskRecord): Recorded<'chat.task.changed'> {
  const { note, ...task } = changed;
  return {
    type: 'chat.task.changed',
    payload: { chatId: chat.id, task },
    ...(note === undefined ? {} : { record: { taskNote: note } }),
  };
}

/** One was told to end. */
export function stoppingOf(record: ChatRecord, taskId: string): Recorded<'chat.task.changed'>[] {
  const told = openTasksOf(record).filter(({ id }) => id === taskId);
  return told.map((task) => taskChangeOf(record, { ...task, state: 'stopping' }));
}

/** The tasks with one as it is now: those that ended first go first, and what comes while too many run is left out. */
export function withTask(known: readonly TaskRecord[], task: TaskRecord, most = TASKS): TaskRecord[] {
  const place = known.findIndex(({ id }) => id === task.id);
  if (place !== -1) return known.with(place, task);
  if (known.length < most) return [...known, task];
  const oldest = known.findIndex((one) => !isOpen(one));
  return oldest === -1 ? [...known] : [...known.toSpliced(oldest, 1), task];
}
