/** What Claude Code runs beside its turns: shells, sub-agents, monitors. */
import { join } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../../contract/parse-json.ts';
import type { TaskRecord } from '../../contract/tasks.ts';
import { withTask, type TaskOutput } from '../tasks.ts';
import { projectOf, temporaryFolderOf } from './launch.ts';
import type { LineOf } from './protocol.ts';
import { say } from './say.ts';
import type { ClaudeState } from './state.ts';

/** `openedAt`: when it began at the earliest, if the tool that began it is not known. */
export function followTask(state: ClaudeState, line: LineOf<'system'>, openedAt: number): ClaudeState {
  const { task_id: id } = line;
  if (id === undefined) return state;
  if (line.subtype === 'task_started') return begin(state, id, line, openedAt);
  const known = [...state.background, ...state.foreground].find((task) => task.id === id);
  return known === undefined ? state : keep(state, change(known, line), line.patch?.is_backgrounded === true);
}

/** A shell that the agent waits for is a tool like any other, until it is left to itself. */
function begin(state: ClaudeState, id: string, line: LineOf<'system'>, openedAt: number): ClaudeState {
  if (state.background.some((task) => task.id === id)) return state;
  const tool = state.openTools.find((one) => one.id === line.tool_use_id);
  const kind = kindOf(line.task_type, tool?.name);
  const task: TaskRecord = {
    id,
    kind,
    title: line.description ?? id,
    state: 'running',
    startedAt: new Date(tool?.openedAt ?? openedAt).toISOString(),
  };
  return keep(state, task, kind !== 'shell' || line.is_backgrounded !== false);
}

function keep(state: ClaudeState, task: TaskRecord, isBackgrounded: boolean): ClaudeState {
  const foreground = state.foreground.filter(({ id }) => id !== task.id);
  if (isBackgrounded || state.background.some(({ id }) => id === task.id))
    return { ...state, foreground, background: withTask(state.background, task) };
  return { ...state, foreground: task.state === 'running' ? [...foreground, task] : foreground };
}

function kindOf(type = '', tool = ''): TaskRecord['kind'] {
  if (tool === 'Monitor' || type.startsWith('monitor')) return 'monitor';
  return type === 'local_bash' || type === '' ? 'shell' : 'agent';
}

/** The first end that is told of a task is its end. */
function change(task: TaskRecord, { usage, patch, status }: LineOf<'system'>): TaskRecord {
  const tokens = usage?.total_tokens ?? task.tokens;
  const counted = tokens === undefined ? task : { ...task, tokens };
  const end = ENDS[patch?.status ?? status ?? ''];
  if (end === undefined || task.state !== 'running') return counted;
  const endedAt = patch?.end_time === undefined ? {} : { endedAt: new Date(patch.end_time).toISOString() };
  return { ...counted, state: end, ...endedAt };
}

const ENDS: Partial<Record<string, TaskRecord['state']>> = {
  completed: 'completed',
  failed: 'failed',
  killed: 'stopped',
  stopped: 'stopped',
};

/**
 * Claude Code keeps what a task prints in a file of its own, below the session that its process began with, also when the
 * conversation was cleared; that of a sub-agent is its conversation.
 */
export function taskOutput(
  { id, kind }: TaskRecord,
  { chatId, home, workspaces }: { chatId: string; home: string; workspaces: string },
): TaskOutput | null {
  if (!/^[\w-]+$/.test(id)) return null;
  const user = `claude-${process.getuid?.() ?? 0}`;
  const sessions = join(temporaryFolderOf(home, chatId), user, projectOf(workspaces));
  const file = join('tasks', `${id}.output`);
  return { below: sessions, file, read: kind === 'agent' ? wordsIn : (text) => text };
}

const TranscriptLineSchema = z.looseObject({ type: z.enum(['assistant', 'user']) });

function wordsIn(transcript: string): string {
  return transcript
    .split('\n')
    .flatMap((line) => sayingsIn(line))
    .join('\n');
}

function sayingsIn(line: string): string[] {
  const { data } = TranscriptLineSchema.safeParse(parseJson(line));
  if (data === undefined) return [];
  const sayings = say({ type: `claude-${data.type}`, payload: data, timestamp: '' });
  return sayings.map((saying) => (saying.kind === 'tool' ? `${saying.name} ${saying.subject}` : saying.text));
}
