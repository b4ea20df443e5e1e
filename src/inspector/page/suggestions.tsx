import { changeDraft, draftOf, sendDraft } from './drafts.ts';
import type { PageStore } from './page-state.ts';

interface Suggestion {
  title: string;
  text: string;
  /** There is an agent that asks only while it plans. */
  planMode?: true;
}

/** Each shows something else that agents do here. */
const SUGGESTIONS: readonly Suggestion[] = [
  {
    title: 'Approve a plan',
    text: 'Make a plan for tidying up the notes of the demo, then carry it out.',
    planMode: true,
  },
  {
    title: 'Answer a question',
    text: 'Ask me a question with three choices, then greet me.',
    planMode: true,
  },
  { title: 'See a to-do list', text: 'Make a to-do list with three steps and work through it.' },
  { title: 'See two files change', text: 'Change two files of the demo.' },
  { title: 'See a long output', text: 'Run a command with a long output.' },
  { title: 'Leave something running', text: 'Start something that goes on in the background.' },
  { title: 'Read a table', text: 'Show me a table and some code in Markdown.' },
  { title: 'Interrupt a turn', text: 'Count down slowly.' },
];

/** What to say in a chat in which nothing was said yet. */
export function Suggestions({ store, chatId }: { store: PageStore; chatId: string }) {
  return (
    <div class="empty">
      <p>Nothing was said yet. Write below, or try one of these:</p>
      <div class="suggestions">
        {SUGGESTIONS.map((suggestion) => (
          <button key={suggestion.title} type="button" onClick={() => send(store, chatId, suggestion)}>
            {suggestion.title}
          </button>
        ))}
      </div>
    </div>
  );
}

/** As if it had been written; what is being written stays. */
function send(store: PageStore, chatId: string, { text, planMode }: Suggestion): void {
  const { text: written, settings } = draftOf(store, chatId);
  changeDraft(store, chatId, { text, settings: planMode ? { ...settings, planMode } : settings });
  void sendDraft(store, chatId);
  changeDraft(store, chatId, { text: written, settings });
}
