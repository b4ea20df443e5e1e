import { changeDraft } from './drafts.ts';
import type { PageStore } from './page-state.ts';

const KEY = 'replicas-engine-draft ';

/** What is being written outlives this page: the texts, as long as the tab is open. */
export function keepDrafts(store: PageStore): () => void {
  for (const [key, text] of Object.entries(sessionStorage)) {
    if (key.startsWith(KEY)) changeDraft(store, key.slice(KEY.length), { text });
  }
  const keep = () => {
    forgetDrafts();
    for (const [chatId, { text }] of store.state.drafts) {
      if (text !== '') sessionStorage.setItem(`${KEY}${chatId}`, text);
    }
  };
  addEventListener('pagehide', keep);
  return () => removeEventListener('pagehide', keep);
}

export function forgetDrafts(): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(KEY)) sessionStorage.removeItem(key);
}
