import type { PageStore } from './page-state.ts';

const TITLE = 'Replicas engine';

/** On the icon of the tab, which is an SVG. */
const BADGE = '%3Ccircle cx=%2212%22 cy=%224%22 r=%224%22 fill=%22%23f59e0b%22/%3E';

/** Tells in the title and the icon of the tab, and by a notification where that is allowed, that an agent waits for somebody. */
export function watchForWaiting(store: PageStore): () => void {
  let before = 0;
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const plainIcon = icon?.href ?? '';
  const show = (count: number) => {
    document.title = count === 0 ? TITLE : `(${count}) waits for you · ${TITLE}`;
    if (icon !== null) icon.href = count === 0 ? plainIcon : plainIcon.replace(/(?=%3C\/svg%3E$)/, BADGE);
  };
  const look = () => {
    const waiting = store.state.workspace?.chats.filter(({ awaitingInput }) => awaitingInput === true) ?? [];
    if (waiting.length === before) return;
    show(waiting.length);
    const last = waiting.at(-1);
    if (waiting.length > before && last !== undefined) notify(last.title);
    before = waiting.length;
  };
  const end = store.subscribe(look);
  return () => {
    end();
    show(0);
  };
}

/** Whether the browser is still to ask if this page may notify. */
export function canAskToNotify(): boolean {
  return 'Notification' in globalThis && Notification.permission === 'default';
}

function notify(title: string): void {
  if (!document.hidden || !('Notification' in globalThis) || Notification.permission !== 'granted') return;
  try {
    new Notification(`${title} waits for you`, { tag: 'replicas-engine' });
  } catch {
    // Chrome on Android has them for service workers only; the title tells all the same.
  }
}
