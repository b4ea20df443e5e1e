import type { PageStore } from './page-state.ts';
import { showView } from './remembered.ts';
import { showChat } from './show-chat.ts';

export interface Command {
  title: string;
  run: () => void;
}

/** What the palette offers. */
export function commandsOf(store: PageStore): Command[] {
  const { client, workspace, chatId } = store.state;
  const chat = workspace?.chats.find(({ id }) => id === chatId);
  const show = (tab: PageStore['state']['dockTab']) => () => store.update({ dockTab: tab, pane: 'dock' });
  return [
    ...(chat?.processing
      ? [
          {
            title: `Interrupt ${chat.title}`,
            run: () => void client.chats.interrupt(chat.id).catch(() => {}),
          },
        ]
      : []),
    { title: 'Write a message', run: () => focusOn(store, '.composer textarea') },
    { title: 'Answer a request', run: () => focusOn(store, '.requests button') },
    { title: 'New chat', run: () => focusOn(store, '.chat-list > button', 'press') },
    { title: 'Search messages', run: () => focusOn(store, '.search input') },
    { title: 'Show the work', run: () => showView(store, 'work') },
    { title: 'Show the machines', run: () => showView(store, 'machines') },
    { title: 'Show both', run: () => showView(store, 'both') },
    { title: 'Boot and hooks', run: show('hooks') },
    { title: 'Repositories', run: show('repositories') },
    { title: 'Plans, canvas and previews', run: show('files') },
    { title: 'Credentials', run: show('credentials') },
    { title: 'Notify me when an agent waits', run: () => void Notification.requestPermission() },
    ...(workspace?.chats ?? []).map(({ id, title }) => ({
      title: `Chat: ${title}`,
      run: () => {
        store.update({ dockTab: 'chats', pane: 'dock' });
        showChat(store, id);
      },
    })),
  ];
}

/** Shows the chats, and puts the focus on a part of them once they are drawn. */
export function focusOn(store: PageStore, place: string, then?: 'press'): void {
  if (store.state.view === 'machines') showView(store, 'work');
  store.update({ dockTab: 'chats', pane: 'dock' });
  queueMicrotask(() => {
    const element = document.querySelector<HTMLElement>(place);
    element?.focus();
    if (then === 'press') element?.click();
  });
}
