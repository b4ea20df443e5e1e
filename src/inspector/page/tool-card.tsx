import { z } from 'zod';
import type { ToolWork } from '../../client/client.ts';
import type { ToolItem } from './conversation/entry.ts';
import { Diff } from './diff.tsx';
import { Facts } from './facts.tsx';
import { Coloured } from './hook-trial.tsx';
import { useKept } from './kept.ts';
import { LongText } from './long-text.tsx';
import { LongMarkdown } from './markdown/long-markdown.tsx';
import { WebLink } from './web-link.tsx';

/** What a tool is called that people know by what it does. */
const TITLES: Partial<Record<ToolWork, string>> = {
  command: 'Command',
  search: 'Search',
  web: 'Web',
  agent: 'Sub-agent',
  tasks: 'To-do list',
  plan: 'Plan',
  question: 'Question',
};

/** Tools whose work is looked at more often than not are shown open. */
export function ToolCard({ item }: { item: ToolItem }) {
  const { result, name, work } = item;
  const diff = result?.diff ?? item.diff;
  const tasks = tasksIn(item);
  const state = result === null ? 'open' : result.isError ? 'failed' : 'done';
  const isTelling = diff !== null || tasks.length > 0 || state === 'failed';
  const isTold = state === 'done' && (diff !== null || tasks.length > 0);
  const [chosen, setOpen] = useKept<boolean | null>('open', null);
  const isOpen = chosen ?? isTelling;
  return (
    <details class={state} open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <span class="tool-name" title={name}>
          {TITLES[work] ?? name}
        </span>
        <span class="tool-subject" title={item.subject}>
          {tasks.length > 0 ? progressOf(tasks) : <Subject item={item} />}
        </span>
        <span class="tool-state">{wordOf(item)}</span>
      </summary>
      {isOpen && <Asked item={item} diff={diff} tasks={tasks} />}
      {isOpen && !isTold && <Answer item={item} />}
    </details>
  );
}

/** A file by its name, then where it is. */
function Subject({ item: { work, subject } }: { item: ToolItem }) {
  const end = subject.lastIndexOf('/');
  const isFile = (work === 'edit' || work === 'read') && end >= 0 && !subject.includes(', ');
  if (!isFile) return <>{subject}</>;
  return (
    <>
      <b>{subject.slice(end + 1)}</b> {subject.slice(0, end)}
    </>
  );
}

function wordOf({ result }: ToolItem): string {
  if (result === null) return 'running';
  if (result.exitCode !== undefined) return `exit code ${result.exitCode}`;
  return result.isError ? 'failed' : 'done';
}

interface AskedProps {
  item: ToolItem;
  diff: string | null;
  tasks: readonly Task[];
}

function Asked({ item: { input, subject, work }, diff, tasks }: AskedProps) {
  if (diff !== null) return <Diff text={diff} />;
  if (tasks.length > 0) return <TaskList tasks={tasks} />;
  const text = TEXTS[work]?.safeParse(input).data;
  if (text !== undefined) return <LongMarkdown text={text} />;
  if (work === 'command' || typeof input !== 'object' || input === null) {
    return (
      <pre tabIndex={0}>
        <LongText text={work === 'command' ? `$ ${subject}` : String(input)} />
      </pre>
    );
  }
  const facts = Object.entries(input);
  return <Facts facts={facts.map(([key, value]) => [key.replaceAll('_', ' '), <Fact value={value} />])} />;
}

/** So much of one of several things is shown at first. */
const FACT_CHARACTERS = 600;

function Fact({ value }: { value: unknown }) {
  if (typeof value === 'string' && /^https?:\/\/\S+$/i.test(value))
    return <WebLink url={value} text={value} />;
  const text = typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? '');
  return <LongText text={text} characters={FACT_CHARACTERS} />;
}

function Answer({ item: { result, work } }: { item: ToolItem }) {
  if (result === null || result.text === '') return null;
  if (work === 'agent' || work === 'web') return <LongMarkdown text={result.text} />;
  return (
    <pre class="result" tabIndex={0}>
      <LongText text={result.text} draw={(beginning) => <Coloured text={beginning} />} />
    </pre>
  );
}

/** What is Markdown of what a tool is given. */
const TEXTS: Partial<Record<ToolWork, z.ZodType<string>>> = {
  plan: z.object({ plan: z.string() }).transform(({ plan }) => plan),
  agent: z.object({ prompt: z.string() }).transform(({ prompt }) => prompt),
  question: z
    .object({ questions: z.array(z.object({ question: z.string() })) })
    .transform(({ questions }) => questions.map(({ question }) => question).join('\n\n')),
};

/** A to-do list, in the words of any agent. */
const TaskSchema = z
  .object({ content: z.string().optional(), step: z.string().optional(), status: z.string() })
  .transform(({ content, step, status }) => ({ text: content ?? step ?? '', status }));
const TaskListSchema = z.union([
  z.object({ todos: z.array(TaskSchema) }).transform(({ todos }) => todos),
  z.object({ plan: z.array(TaskSchema) }).transform(({ plan }) => plan),
]);

type Task = z.infer<typeof TaskSchema>;

function tasksIn({ work, input }: ToolItem): readonly Task[] {
  return (work === 'tasks' ? TaskListSchema.safeParse(input).data : undefined) ?? [];
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
