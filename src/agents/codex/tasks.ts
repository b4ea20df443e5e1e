/** What Codex runs beside its turns: commands that go on in their terminals, and sub-agents in threads of their own. */
import { z } from 'zod';
import { isOpen } from '../../../machines/chat.tasks.ts';
import type { TaskRecord } from '../../contract/tasks.ts';
import { withTask, type TaskOutput } from '../tasks.ts';
import { requestLine } from './frames.ts';
import type { Item, Turn } from './protocol.ts';
import { unwrapShell } from './items.ts';
import type { CodexState } from './state.ts';
import type { Told } from './told.ts';

const CommandSchema = z.looseObject({
  type: z.literal('commandExecution'),
  id: z.string(),
  command: z.string().catch(''),
  processId: z.string(),
  exitCode: z.number().nullish().catch(null),
  aggregatedOutput: z.string().nullish().catch(null),
});

const ActivitySchema = z.looseObject({
  type: z.literal('subAgentActivity'),
  kind: z.literal('started'),
  agentThreadId: z.string(),
  agentPath: z.string(),
});

/** So much of the end of what a task prints is kept. */
const TAIL_CHARACTERS = 8_000;

/** The turn of the thread is over: the commands that it left go on in their terminals. */
export function leaveCommands(state: CodexState, threadId: string): CodexState {
  return commandsIn(state, threadId).reduce((known, { open, command }) => {
    const task: TaskRecord = {
      id: command.id,
      kind: 'shell',
      title: unwrapShell(command.command),
      state: 'running',
      startedAt: new Date(open.openedAt).toISOString(),
      note: { thread: threadId, process: command.processId },
    };
    const tail = { text: open.text.slice(-TAIL_CHARACTERS), changedAt: task.startedAt };
    return keep(known, task, tail);
  }, state);
}

/** Ends what turns of these threads run, but for what earlier ones left; each with the id under which that is asked. */
export function endCommands(state: CodexState, threadIds: readonly string[]): { id: string; line: string }[] {
  return threadIds.flatMap((threadId) => {
    const id = `clean-${threadId}`;
    if (!hasLeft(state, threadId))
      return [{ id, line: requestLine(id, 'thread/backgroundTerminals/clean', { threadId }) }];
    return commandsIn(state, threadId).map(({ command }) => ({
      id: `clean-${command.id}`,
      line: terminateLine(`clean-${command.id}`, threadId, command.processId),
    }));
  });
}

function hasLeft({ tasks }: CodexState, threadId: string): boolean {
  return tasks.some((task) => isOpen(task) && task.note?.['thread'] === threadId);
}

/** Null for an item that is no such task. */
export function endCommand(state: CodexState, item: Item, endedAtMs: number): CodexState | null {
  const task = state.tasks.find((one) => one.id === item.id && isOpen(one));
  if (task === undefined) return null;
  const { data: command } = CommandSchema.safeParse(item);
  if (command === undefined) return null;
  const endedAt = new Date(endedAtMs).toISOString();
  const ended = {
    ...task,
    state: command.exitCode === 0 ? ('completed' as const) : ('failed' as const),
    endedAt,
  };
  const { aggregatedOutput: text } = command;
  const tail = text ? { text: text.slice(-TAIL_CHARACTERS), changedAt: endedAt } : undefined;
  return keep(state, ended, tail);
}

/** Another thread is that of a sub-agent, from its first turn on. */
export function beginSubAgent(state: CodexState, threadId: string, turn: Turn, now: Date): CodexState {
  const startedAt = toTime(turn.startedAt, now);
  const { endedAt: _, ...known } =
    state.tasks.find(({ id }) => id === threadId) ?? subAgent(threadId, startedAt);
  const children = { ...state.children, [threadId]: turn.id };
  return keep({ ...state, children }, { ...known, state: 'running', note: { turn: turn.id } });
}

export function endSubAgent(state: CodexState, threadId: string, turn: Turn, now: Date): CodexState {
  const children = { ...state.children, [threadId]: null };
  const task = state.tasks.find(({ id }) => id === threadId);
  if (task === undefined) return { ...state, children };
  const endedAt = toTime(turn.completedAt, now);
  return keep({ ...state, children }, { ...task, state: ENDS[turn.status] ?? 'failed', endedAt });
}

const ENDS: Partial<Record<string, TaskRecord['state']>> = { completed: 'completed', interrupted: 'stopped' };

/** What a sub-agent is called stands in an item of the thread that began it. */
export function nameSubAgent(state: CodexState, item: Item, startedAtMs: number): CodexState {
  const { data } = item.type === 'subAgentActivity' ? ActivitySchema.safeParse(item) : {};
  if (data === undefined) return state;
  const { agentThreadId: id, agentPath: title } = data;
  const known = state.tasks.find((task) => task.id === id);
  if (known?.title === title) return state;
  return keep(state, { ...(known ?? subAgent(id, new Date(startedAtMs).toISOString())), title });
}

export function countSubAgent(state: CodexState, threadId: string, tokens: number | undefined): CodexState {
  const task = state.tasks.find(({ id }) => id === threadId);
  return task === undefined || tokens === undefined ? state : keep(state, { ...task, tokens });
}

export function hearTask(
  state: CodexState,
  { threadId, itemId, delta }: { threadId: string; itemId: string; delta: string },
  now: Date,
): CodexState {
  const id = state.tasks.some((task) => task.id === itemId) ? itemId : threadId;
  const { [id]: before } = state.tails;
  if (before === undefined) return state;
  const text = (before.text + delta).slice(-TAIL_CHARACTERS);
  return { ...state, tails: { ...state.tails, [id]: { text, changedAt: now.toISOString() } } };
}

export function stopTask(state: CodexState, taskId: string): Told {
  const task = state.tasks.find(({ id }) => id === taskId);
  const { thread, process } = task?.note ?? {};
  const { [taskId]: turnId = null } = state.children;
  const id = `stop-${taskId}`;
  if (thread !== undefined && process !== undefined)
    return { state, lines: [terminateLine(id, thread, process)] };
  return {
    state,
    lines: turnId === null ? [] : [requestLine(id, 'turn/interrupt', { threadId: taskId, turnId })],
  };
}

/** Its thread is left for another, and nothing more is heard of what that runs: it is ended. */
export function leaveTasks(state: CodexState, now: Date): Told {
  const running = state.tasks.filter(isOpen);
  const endedAt = now.toISOString();
  const ended = running.reduce((known, task) => keep(known, { ...task, state: 'stopped', endedAt }), state);
  return {
    state: { ...ended, children: {} },
    lines: running.flatMap(({ id }) => stopTask(state, id).lines ?? []),
  };
}

export function taskOutput({ id }: TaskRecord, { state }: { state: CodexState | null }): TaskOutput | null {
  return state?.tails[id] ?? null;
}

/** The threads of sub-agents that were at work. */
export function childrenIn(tasks: readonly TaskRecord[]): CodexState['children'] {
  const agents = tasks.filter(({ kind }) => kind === 'agent');
  return Object.fromEntries(agents.map(({ id, note }) => [id, note?.['turn'] ?? null]));
}

/** What is kept of the output goes with its task. */
export function tailsOf(tasks: readonly TaskRecord[], tails: CodexState['tails'] = {}): CodexState['tails'] {
  return Object.fromEntries(
    tasks.map(({ id, startedAt }) => [id, tails[id] ?? { text: '', changedAt: startedAt }]),
  );
}

function keep(state: CodexState, task: TaskRecord, tail = state.tails[task.id]): CodexState {
  const tasks = withTask(state.tasks, task);
  const known = tail === undefined ? state.tails : { ...state.tails, [task.id]: tail };
  return { ...state, tasks, tails: tailsOf(tasks, known) };
}

function subAgent(id: string, startedAt: string): TaskRecord {
  return { id, kind: 'agent', title: 'Sub-agent', state: 'running', startedAt };
}

function commandsIn({ openItems }: CodexState, threadId: string) {
  return openItems
    .filter((open) => open.threadId === threadId)
    .flatMap((open) => {
      const { data: command } = CommandSchema.safeParse(open.item);
      return command === undefined ? [] : [{ open, command }];
    });
}

function terminateLine(id: string, threadId: string, processId: string): string {
  return requestLine(id, 'thread/backgroundTerminals/terminate', { threadId, processId });
}

function toTime(seconds: number | null | undefined, now: Date): string {
  return (typeof seconds === 'number' ? new Date(seconds * 1000) : now).toISOString();
}
