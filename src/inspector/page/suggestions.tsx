import { changeDraft, draftOf, sendDraft } from './drafts.ts';
import type { Image, PageStore } from './page-state.ts';
import { useStore } from './store.ts';
import { useTrouble } from './trouble.tsx';

interface Suggestion {
  title: string;
  text: string;
  /** There is an agent that asks only while it plans. */
  planMode?: true;
  /** The chat asks before it changes something, from then on. */
  asksFirst?: true;
  hasPicture?: true;
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
  { title: 'Grant a permission', text: 'Write a note, and ask me first.', asksFirst: true },
  { title: 'See a to-do list', text: 'Make a to-do list with three steps and work through it.' },
  { title: 'See two files change', text: 'Change two files of the demo.' },
  { title: 'See a sub-agent work', text: 'Let a sub-agent run an errand.' },
  { title: 'Send a picture', text: 'Look at this picture.', hasPicture: true },
  { title: 'See a long output', text: 'Run a command with a long output.' },
  { title: 'Leave something running', text: 'Start something that goes on in the background.' },
  { title: 'Read a table', text: 'Show me a table and some code in Markdown.' },
  { title: 'Interrupt a turn', text: 'Count down slowly.' },
];

/** What to say in a chat in which nothing was said yet. */
export function Suggestions({ store, chatId }: { store: PageStore; chatId: string }) {
  const { trouble, attempt } = useTrouble();
  const hasFailedHook = useStore(store, ({ hooks }) => hooks?.state === 'failed');
  return (
    <div class="empty">
      <p>Nothing has been said yet. Write a message below, or try one of these:</p>
      {trouble}
      <div class="suggestions">
        {SUGGESTIONS.map((suggestion) => (
          <button
            key={suggestion.title}
            type="button"
            onClick={() => attempt(send(store, chatId, suggestion))}
          >
            {suggestion.title}
          </button>
        ))}
        {hasFailedHook && (
          <button type="button" onClick={() => store.update({ dockTab: 'hooks' })}>
            See why a hook failed
          </button>
        )}
      </div>
    </div>
  );
}

/** As if it had been written, once; what is being written stays. */
async function send(
  store: PageStore,
  chatId: string,
  { text, planMode, asksFirst, hasPicture }: Suggestion,
): Promise<void> {
  if (asksFirst) await store.state.client.chats.update(chatId, { policy: 'ask' });
  if (store.state.conversation?.pending.shown.length !== 0) return;
  const { text: written, images, settings } = draftOf(store, chatId);
  const chosen = planMode ? { ...settings, planMode } : settings;
  changeDraft(store, chatId, {
    text,
    images: hasPicture ? [Promise.resolve(drawPicture())] : [],
    settings: chosen,
  });
  void sendDraft(store, chatId);
  changeDraft(store, chatId, { text: written, images, settings });
}

/** A meadow. */
function drawPicture(): Image {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  for (const [colour, top] of [
    ['#93c5fd', 0],
    ['#15803d', 100],
  ] as const) {
    if (context === null) break;
    context.fillStyle = colour;
    context.fillRect(0, top, canvas.width, canvas.height);
  }
  const data = canvas.toDataURL('image/png').split(',')[1] ?? '';
  return { type: 'image', source: { type: 'base64', media_type: 'image/png', data } };
}
