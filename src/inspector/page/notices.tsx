import type { PageStore } from './page-state.ts';
import { useStore } from './store.ts';

/** What keeps the page from showing the engine as it is. */
export function Notices({ store }: { store: PageStore }) {
  const text = useStore(store, noticeOf);
  return (
    <p class="notice" role="status">
      {text}
    </p>
  );
}

function noticeOf({ connection, isStreamStuck, isCallStuck }: PageStore['state']): string | null {
  if (isStreamStuck || isCallStuck) return STUCK;
  if (connection.state !== 'failed') return null;
  return `The engine is not followed any more. ${connection.reason ?? ''} Reload this page to try again.`;
}

const STUCK =
  'No connection to the engine is free. A browser has six for all its tabs: close others that show this engine. If there are none, the engine does not answer.';
