import type { PageStore } from './page-state.ts';

const TITLE = 'Replicas engine';

/** Tells in the title of the tab, and by a notification where the browser allows it, that an agent waits for somebody. */
export function watchForWaiting(store: PageStore): () => void {
  let before = 0;
  const look = () => {
    const waiting = store.state.workspace?.chats.filter(({ awaitingInput }) => awaitingInput === true) ?? [];
    if (waiting.length === before) return;
    document.title = waiting.length === 0 ? TITLE : `(${waiting.length}) waits for you · ${TITLE}`;
    const last = waiting.at(-1);
    if (waiting.length > before && last !== undefined) notify(last.title);
    before = waiting.length;
  };
  const end = store.subscribe(look);
  return () => {
    end();
    document.title = TITLE;
  };
}

function notify(title: string): void {
  if (!document.hidden || Notification.permission !== 'granted') return;
  new Notification(`${title} waits for you`, { tag: 'replicas-engine' });
}
