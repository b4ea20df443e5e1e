import { useEffect, useRef } from 'preact/hooks';
import {
  EngineClientError,
  type AgentRequest,
  type AnswerToRequest,
  type EngineClient,
} from '../../client/client.ts';
import { onlyFirstClick } from './first-click.ts';
import type { PageStore } from './page-state.ts';
import { BudgetCard } from './requests/budget-card.tsx';
import { PermissionCard } from './requests/permission-card.tsx';
import { PlanCard } from './requests/plan-card.tsx';
import { QuestionCard } from './requests/question-card.tsx';
import { useStore } from './store.ts';
import { useTrouble } from './trouble.tsx';

interface RequestsProps {
  store: PageStore;
  chatId: string;
  /** Takes the focus when the last request is answered. */
  rest: () => HTMLElement | null;
}

/** What the agent asks. Whatever is answered by a message instead is closed by it. */
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

const CARDS = { permission: PermissionCard, question: QuestionCard, plan: PlanCard, budget: BudgetCard };

interface RequestProps {
  request: AgentRequest;
  answer: (answer: AnswerToRequest) => Promise<void>;
}

function Request({ request, answer }: RequestProps) {
  const { trouble, attempt } = useTrouble();
  const Card = CARDS[request.kind];
  return (
    <li tabIndex={-1} onClickCapture={onlyFirstClick}>
      <Card request={request} give={(given) => attempt(answer(given))} />
      {trouble}
    </li>
  );
}

interface Answering {
  chatId: string;
  requestId: string;
  answer: AnswerToRequest;
}

/** Too late is no trouble: the event that closes the request takes it off the page. */
async function answerRequest(client: EngineClient, { answer, ...request }: Answering): Promise<void> {
  await client.chats.answer(request, answer).catch((error: unknown) => {
    if (!(error instanceof EngineClientError) || error.status !== 404) throw error;
  });
}
