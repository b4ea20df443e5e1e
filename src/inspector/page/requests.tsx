import type { AgentRequest, AnswerToRequest } from '../../client/client.ts';
import type { PageStore } from './page-state.ts';
import { useStore } from './store.ts';

/** What the agent asks. A question is answered by a message. */
export function Requests({ store, chatId }: { store: PageStore; chatId: string }) {
  const requests = useStore(store, ({ workspace }) => workspace?.requests[chatId]);
  if (requests === undefined) return null;
  return (
    <ul class="requests" aria-label="Open requests">
      {requests.map((request) => (
        <li key={request.id}>
          <p>
            <b>{TITLES[request.kind]}</b> {request.tool}
          </p>
          <pre tabIndex={0}>
            {request.plan ?? JSON.stringify(request.questions ?? request.input, null, 2)}
          </pre>
          {request.kind === 'question' ? (
            <p class="dim">Answer with a message.</p>
          ) : (
            <Answers
              request={request}
              onAnswer={(answer) => answerRequest(store, { chatId, request, answer })}
            />
          )}
        </li>
      ))}
    </ul>
  );
}

const TITLES: Record<AgentRequest['kind'], string> = {
  permission: 'May it use',
  question: 'It asks',
  plan: 'It proposes a plan',
};

interface AnswersProps {
  request: AgentRequest;
  onAnswer: (answer: AnswerToRequest) => void;
}

function Answers({ onAnswer }: AnswersProps) {
  return (
    <div class="answers">
      <button type="button" class="primary" onClick={() => onAnswer({ decision: 'allow' })}>
        Allow
      </button>
      <button type="button" onClick={() => onAnswer({ decision: 'deny' })}>
        Deny
      </button>
    </div>
  );
}

interface Answering {
  chatId: string;
  request: AgentRequest;
  answer: AnswerToRequest;
}

/** Too late is no trouble: the event that closes the request takes it off the page. */
function answerRequest(store: PageStore, { chatId, request, answer }: Answering): void {
  store.state.client.chats.answer({ chatId, requestId: request.id }, answer).catch(() => undefined);
}
