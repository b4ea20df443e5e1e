import { z } from 'zod';
import type { ToolItem } from './conversation/entry.ts';
import { Diff } from './diff.tsx';
import { useKept } from './kept.ts';
import { LongText } from './long-text.tsx';
import { LongMarkdown } from './markdown/long-markdown.tsx';

/** Tools whose work is looked at more often than not are shown open. */
export function ToolCard({ item }: { item: ToolItem }) {
  const { result } = item;
  const diff = result?.diff ?? item.diff;
  const tasks = tasksIn(item.input);
  const state = result === null ? 'open' : result.isError ? 'failed' : 'done';
  const isToldByDiff = diff !== null && state === 'done';
  const isTelling = diff !== null || tasks.length > 0 || state === 'failed';
  const [isOpen, setOpen] = useKept('open', isTelling);
  return (
    <details class={state} open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <span class="tool-name">{item.name}</span>
        <span class="tool-subject">{tasks.length > 0 ? progressOf(tasks) : item.subject}</span>
        <span class="tool-state">{state === 'open' ? 'running' : state}</span>
      </summary>
      {isOpen && <Asked item={item} diff={diff} tasks={tasks} />}
      {isOpen && result !== null && result.text !== '' && !isToldByDiff && (
        <pre class="result" tabIndex={0}>
          <LongText text={result.text} />
        </pre>
      )}
    </details>
  );
}

interface AskedProps {
  item: ToolItem;
  diff: string | null;
  tasks: readonly Task[];
}

function Asked({ item: { input, subject }, diff, tasks }: AskedProps) {
  if (diff !== null) return <Diff text={diff} />;
  if (tasks.length > 0) return <TaskList tasks={tasks} />;
  const plan = PlanSchema.safeParse(input).data?.plan;
  if (plan !== undefined) return <LongMarkdown text={plan} />;
  const questions = QuestionsSchema.safeParse(input).data;
  if (questions !== undefined) return <LongMarkdown text={questions} />;
  const isCommand = CommandSchema.safeParse(input).success;
  const text = isCommand ? `$ ${subject}` : typeof input === 'string' ? input : toJson(input);
  return (
    <pre tabIndex={0}>
      <LongText text={text} />
    </pre>
  );
}

function toJson(input: unknown): string {
  return JSON.stringify(input ?? {}, null, 2);
}

const words = z.union([z.string(), z.array(z.string())]);
const CommandSchema = z.union([z.object({ command: words }), z.object({ cmd: words })]);
const PlanSchema = z.object({ plan: z.string() });

const QuestionsSchema = z
  .object({ questions: z.array(z.object({ question: z.string() })).min(1) })
  .transform(({ questions }) => questions.map(({ question }) => question).join('\n\n'));

/** A to-do list, in the words of any agent. */
const TaskSchema = z
  .object({ content: z.string().optional(), step: z.string().optional(), status: z.string() })
  .transform(({ content, step, status }) => ({ text: content ?? step ?? '', status }));
const TaskListSchema = z.union([
  z.object({ todos: z.array(TaskSchema) }).transform(({ todos }) => todos),
  z.object({ plan: z.array(TaskSchema) }).transform(({ plan }) => plan),
]);

type Task = z.infer<typeof TaskSchema>;

function tasksIn(input: unknown): readonly Task[] {
  return TaskListSchema.safeParse(input).data ?? [];
}

function progressOf(tasks: readonly Task[]): string {
  const done = tasks.filter(({ status }) => status === 'completed');
  return `${done.length} of ${tasks.length} done`;
}

const MARKS: Readonly<Record<string, string>> = { completed: '☑', in_progress: '▸' };

function TaskList({ tasks }: { tasks: readonly Task[] }) {
  return (
    <ul class="task-list">
      {tasks.map(({ text, status }, index) => (
        <li key={index} class={status}>
          <span aria-hidden="true">{MARKS[status] ?? '☐'}</span> {text}
          <span class="hidden"> ({status.replaceAll('_', ' ')})</span>
        </li>
      ))}
    </ul>
  );
}
