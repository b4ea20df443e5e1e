import type { PageStore } from './page-state.ts';

/** Opens a chat, and selects its machine. */
export function showChat(store: PageStore, chatId: string): void {
  const actor = [...store.state.actors.values()].find(
    ({ id, machine }) => id === chatId && machine === 'chat',
  );
  store.update({ chatId, ...(actor && { selected: actor.path, moment: null }) });
}
