import type { Chats } from '../engine.ts';
import type { ChatCommands } from './chats.ts';
import type { Messages } from './messages.ts';

/** Both kinds of commands as what the server sees. */
export function toChats(chats: ChatCommands, messages: Messages): Chats {
  return {
    list: (filter) => chats.list(filter),
    get: (chatId) => chats.get(chatId),
    create: (request) => chats.create(request),
    remove: (chatId) => chats.remove(chatId),
    requests: (chatId) => chats.requests(chatId),
    answer: (chatId, requestId, answer) => chats.answer(chatId, requestId, answer),
    history: (chatId, query) => chats.history(chatId, query),
    send: (chatId, message) => messages.send(chatId, message),
    steer: (chatId, message) => messages.steer(chatId, message),
    interrupt: (chatId, options) => messages.interrupt(chatId, options),
    queue: (chatId) => messages.queue(chatId),
    withdraw: (chatId, messageId) => messages.withdraw(chatId, messageId),
    clearQueue: (chatId) => messages.clearQueue(chatId),
    reorder: (chatId, move) => messages.reorder(chatId, move),
  };
}
