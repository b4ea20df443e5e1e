import { useEffect } from 'preact/hooks';
import type { EngineClient, TaskView } from '../../client/client.ts';
import type { Conversation } from './conversation/conversation.ts';
import { onlyFirstClick } from './first-click.ts';
import { LongText } from './long-text.tsx';

/** No event tells what a task prints. */
const READ_AGAIN_MS = 2_000;

/** What runs in the background of a chat, each with the end of what it printed. */
export function Tasks({ client, conversation }: { client: EngineClient; conversation: Conversation }) {
  const running = conversation.tasks.value.filter(
    ({ endedAt, state }) => endedAt === undefined && state !== 'lost',
  );
  const isAny = running.length > 0;
  useEffect(() => {
    if (!isAny) return undefined;
    const timer = setInterval(() => void conversation.tasks.refresh(), READ_AGAIN_MS);
    return () => clearInterval(timer);
  }, [conversation, isAny]);
  if (!isAny) return null;
  return (
    <section class="queue" aria-label="In the background">
      <h3>{running.length} in the background</h3>
      <ul onClickCapture={onlyFirstClick}>
        {running.map((task) => (
          <li key={task.id}>
            <Task task={task} onStop={() => void stop(client, conversation, task)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Task({
  task: { kind, title, state, tokens, outputTail },
  onStop,
}: {
  task: TaskView;
  onStop: () => void;
}) {
  const facts = [KINDS[kind], state, tokens !== undefined && `${tokens.toLocaleString('en')} tokens`];
  return (
    <>
      <details class="task">
        <summary>
          {title} <span class="dim">{facts.filter(Boolean).join(' · ')}</span>
        </summary>
        <pre tabIndex={0}>
          <LongText text={outputTail || 'No output yet.'} />
        </pre>
      </details>
      <button type="button" class="quiet" aria-disabled={state === 'stopping'} onClick={onStop}>
        Stop
      </button>
    </>
  );
}

const KINDS = { shell: 'command', agent: 'sub-agent', monitor: 'monitor' } as const;

/** One that ended meanwhile is no trouble: the list tells. */
async function stop(client: EngineClient, { chatId, tasks }: Conversation, { id }: TaskView): Promise<void> {
  await client.chats.stopTask({ chatId, taskId: id }).catch(() => undefined);
  await tasks.refresh();
}
