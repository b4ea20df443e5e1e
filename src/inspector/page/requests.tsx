import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import {
  EngineClientError,
  type AgentRequest,
  type AnswerToRequest,
  type EngineClient,
} from '../../client/client.ts';
import { LongText } from './long-text.tsx';
import type { PageStore } from './page-state.ts';
import { useStore } from './store.ts';

/** So much of what is asked is shown at first: the answer stays in sight. */
const CHARACTERS = 4_000;

interface RequestsProps {
  store: PageStore;
  chatId: string;
  /** Takes the focus when the last request is answered. */
  rest: () => HTMLElement | null;
}

/** What the agent asks. A question is answered by a message. */
export function Requests({ store, chatId, rest }: RequestsProps) {
  const requests = useStore(store, ({ workspace }) => workspace?.requests[chatId]) ?? [];
  const list = useRef<HTMLUListElement>(null);
  const answered = useRef<string | null>(null);
  useEffect(() => {
    if (answered.current === null || requests.some(({ id }) => id === answered.current)) return;
    answered.current = null;
    // Not a button: a key that is pressed twice must not answer twice.
    const next = list.current?.querySelector('li') ?? rest();
    if (document.activeElement === document.body) next?.focus();
  }, [requests]);
  return (
    <section class="requests" aria-label="Open requests" aria-live="polite">
      <ul ref={list}>
        {requests.map((request) => (
          <Request
            key={request.id}
            request={request}
            answer={(answer) => {
              answered.current = request.id;
              return answerRequest(store.state.client, { chatId, requestId: request.id, answer });
            }}
          />
        ))}
      </ul>
    </section>
  );
}

interface RequestProps {
  request: AgentRequest;
  /** Resolves with what went wrong. */
  answer: (answer: AnswerToRequest) => Promise<string | null>;
}

function Request({ request, answer }: RequestProps) {
  const [trouble, setTrouble] = useState<string | null>(null);
  const asked = useMemo(() => textOf(request), [request]);
  const give = (decision: AnswerToRequest['decision']) => () => void answer({ decision }).then(setTrouble);
  return (
    <li tabIndex={-1}>
      <p>
        <b>{TITLES[request.kind]}</b> {request.tool}
      </p>
      <pre tabIndex={0}>
        <LongText text={asked} characters={CHARACTERS} />
      </pre>
      {trouble !== null && (
        <p class="refused" role="alert">
          {trouble}
        </p>
      )}
      {request.kind === 'question' ? (
        <p class="dim">Answer with a message.</p>
      ) : (
        <div class="answers">
          <button type="button" class="primary" onClick={give('allow')}>
            Allow
          </button>
          <button type="button" onClick={give('deny')}>
            Deny
          </button>
        </div>
      )}
    </li>
  );
}

const TITLES: Record<AgentRequest['kind'], string> = {
  permission: 'May it use',
  question: 'It asks',
  plan: 'It proposes a plan',
};

function textOf({ plan, questions, input }: AgentRequest): string {
  return plan ?? JSON.stringify(questions ?? input, null, 2) ?? '';
}

interface Answering {
  chatId: string;
  requestId: string;
  answer: AnswerToRequest;
}

/** Too late is no trouble: the event that closes the request takes it off the page. */
async function answerRequest(
  client: EngineClient,
  { answer, ...request }: Answering,
): Promise<string | null> {
  try {
    await client.chats.answer(request, answer);
    return null;
  } catch (error) {
    const isClosed = error instanceof EngineClientError && error.status === 404;
    return isClosed ? null : String(error instanceof Error ? error.message : error);
  }
}
