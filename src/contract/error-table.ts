import type { Row } from './errors.ts';
import { INSPECTION_ERRORS } from './inspection-errors.ts';
import { MOVE_ERRORS } from './move-errors.ts';
import { oneOfThese } from './one-of.ts';
import { STARTUP_ERRORS } from './startup-errors.ts';

/** Every failure the engine reports on purpose. The code of a response is the key in lower case. */
export const ENGINE_ERRORS = {
  VALIDATION_FAILED: {
    status: 400,
    meaning: 'A path, query or body value has the wrong type or range; `context.issues` names each.',
    message: ({ issues }: { issues: Issue[] }) =>
      `The request is not valid. ${issues.map(toSentence).join(' ')}`,
  },
  MALFORMED_JSON: {
    status: 400,
    meaning: 'The body is not JSON. Send one JSON value, whatever its content type.',
    message: ({ reason }: { reason: string }) => `The body is not JSON: ${reason}.`,
  },
  MALFORMED_URL: {
    status: 400,
    meaning: 'The path is not percent-encoded UTF-8.',
  },
  MALFORMED_REQUEST: {
    status: 400,
    meaning: 'This is not an HTTP request: first line, headers, target or chunks are wrong.',
    message: ({ reason }: { reason: string }) => `This is not a valid HTTP request: ${reason}.`,
  },
  BODY_INCOMPLETE: {
    status: 400,
    meaning: 'The connection closed before the whole body arrived. Nothing was done.',
  },
  UNKNOWN_PROVIDER: {
    status: 400,
    meaning: 'No agent has this name. `context.known` lists those that do.',
    message: ({ provider, known }: { provider: string; known: string[] }) =>
      `No agent is called "${provider}"; the agents are ${known.join(', ')}.`,
  },
  UNAUTHORIZED: {
    status: 401,
    meaning: 'The header `X-Replicas-Engine-Secret` is missing or wrong.',
  },
  NOT_FOUND: {
    status: 404,
    meaning: 'There is no such route. `GET /openapi.json` lists them.',
  },
  CHAT_NOT_FOUND: {
    status: 404,
    meaning: 'No chat has this id, or it was deleted. `GET /chats` lists them.',
    message: ({ chatId }: { chatId: string }) =>
      `There is no chat with id "${chatId}"; GET /chats lists them.`,
  },
  MESSAGE_NOT_FOUND: {
    status: 404,
    meaning: 'The message is not in the queue: unknown, running already, or done.',
    message: ({ chatId, messageId }: { chatId: string; messageId: string }) =>
      `No message "${messageId}" waits in chat "${chatId}"; GET /chats/${chatId}/queue lists those that do.`,
  },
  REQUEST_NOT_FOUND: {
    status: 404,
    meaning: 'The agent does not wait for an answer to this request, or no longer does.',
    message: ({ chatId, requestId }: { chatId: string; requestId: string }) =>
      `No request "${requestId}" is open in chat "${chatId}"; GET /chats/${chatId}/requests lists those that are.`,
  },
  TASK_NOT_FOUND: {
    status: 404,
    meaning: 'The agent has no such task, or it ended too long ago. `GET …/tasks` lists them.',
    message: ({ chatId, taskId }: { chatId: string; taskId: string }) =>
      `Chat "${chatId}" has no task "${taskId}"; GET /chats/${chatId}/tasks lists them.`,
  },
  PLAN_NOT_FOUND: {
    status: 404,
    meaning: 'No plan has this name. `GET /plans` lists them.',
    message: ({ filename }: { filename: string }) =>
      `No plan is called ${JSON.stringify(filename.slice(0, 255))}; GET /plans lists them.`,
  },
  CANVAS_ITEM_NOT_FOUND: {
    status: 404,
    meaning: 'The canvas has no item of this name. `GET /canvas` lists them.',
    message: ({ filename }: { filename: string }) =>
      `The canvas has no item called ${JSON.stringify(filename.slice(0, 255))}; GET /canvas lists them.`,
  },
  REPO_NOT_FOUND: {
    status: 404,
    meaning: 'No repository has this name. `GET /repos` lists them.',
    message: ({ repo }: { repo: string }) =>
      `No repository is called ${JSON.stringify(repo.slice(0, 255))}; GET /repos lists them.`,
  },
  HOOK_NOT_FOUND: {
    status: 404,
    meaning: 'Neither the named repository nor any other has a hook of this kind with commands.',
    message: ({ repo, type }: { repo?: string; type: string }) =>
      `${repo === undefined ? 'No repository' : `No repository "${repo}"`} has a ${type} hook with commands.`,
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    meaning: 'The path exists, the method does not. The header `Allow` lists those that do.',
    message: ({ method, allow }: { method: string; allow: string[] }) =>
      `${method} is not allowed here; use ${oneOfThese(allow)}.`,
  },
  REQUEST_TIMEOUT: {
    status: 408,
    meaning: 'The head of the request or its body did not arrive within a minute or two. Nothing was done.',
  },
  MESSAGE_CONFLICT: {
    status: 409,
    meaning: 'The `messageId` was used for another message. Use a new one.',
    message: ({ messageId }: { chatId: string; messageId: string }) =>
      `The messageId "${messageId}" was used for another message; use a new one.`,
  },
  UNSUPPORTED: {
    status: 409,
    meaning: 'This agent cannot do what was asked for; `context.feature` names it. Ask without it.',
    message: ({ provider, feature, remedy }: { provider: string; feature: string; remedy?: string }) =>
      `The agent "${provider}" does not support ${feature}; ${remedy ?? 'send the message without it'}.`,
  },
  STEER_UNSUPPORTED: {
    status: 409,
    meaning: 'This agent cannot take a message into a running turn. Send an ordinary message: it waits.',
    message: ({ provider }: { chatId: string; provider: string }) =>
      `The agent "${provider}" cannot take a message into a running turn; send an ordinary message.`,
  },
  NOTHING_TO_STEER: {
    status: 409,
    meaning: 'No turn is running. Send an ordinary message.',
    message: ({ chatId }: { chatId: string }) =>
      `No turn of chat "${chatId}" can take a message now; send an ordinary one.`,
  },
  PARENT_NOT_FOUND: {
    status: 422,
    meaning: 'No chat has the `parentChatId`, or that chat is being deleted.',
    message: ({ parentChatId }: { parentChatId: string }) => `No chat "${parentChatId}" can have a sub-chat.`,
  },
  IMAGE_REFUSED: {
    status: 422,
    meaning: 'An image cannot be fetched from its URL (see `IMAGE_HOSTS`); the message says why.',
    message: ({ url, reason }: { url: string; reason: string }) =>
      `The image "${url}" cannot be used: ${reason}. Send its data instead.`,
  },
  HOOKS_RUNNING: {
    status: 409,
    meaning:
      'Hooks are already running. `GET /hooks/status` shows how far they are; ask again when they are done.',
    message: ({ runId }: { runId: string }) => `Hooks are running (run "${runId}"); ask again later.`,
  },
  TOO_MANY_HOOK_TESTS: {
    status: 429,
    meaning:
      'The most scripts that may be tried at a time are already running. Ask again when one has ended.',
    message: ({ limit }: { limit: number }) => `${limit} scripts are being tried; ask again later.`,
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    meaning: 'The body is larger than `BODY_MAX_BYTES`.',
  },
  EXPECTATION_FAILED: {
    status: 417,
    meaning: 'The header `Expect` asks for something other than `100-continue`.',
  },
  HOOKS_FILE_INVALID: {
    status: 422,
    meaning: "The repository's `replicas.json`, `.yaml` or `.yml` is wrong; the message names each place.",
    message: ({ repo, problems }: { repo: string; problems: string }) =>
      `The hooks of repository "${repo}" cannot be read. ${problems}`,
  },
  QUEUE_FULL: {
    status: 429,
    meaning: 'Too many messages wait in this chat. Send again when a turn has ended.',
    message: ({ chatId, limit }: { chatId: string; limit: number }) =>
      `${limit} messages wait in chat "${chatId}" already; send again when a turn has ended.`,
  },
  HEADERS_TOO_LARGE: {
    status: 431,
    meaning: 'The URL and the headers are together larger than 16 KiB.',
  },
  INTERNAL: {
    status: 500,
    meaning: 'A defect of the engine. The log has the details under the `requestId` of `context`.',
    message: ({ requestId }: { requestId: string }) =>
      `The engine failed; its log says more about "${requestId}".`,
  },
  SHUTTING_DOWN: {
    status: 503,
    meaning: 'The engine is stopping. Send again to the next one.',
  },
  OUTCOME_UNKNOWN: {
    status: 503,
    meaning:
      'It was not on disk in time but may still take effect. Repeat it, with the `messageId` of `context`.',
    message: ({ messageId }: { messageId?: string }) =>
      `Whether this took effect is not known yet; repeat it${messageId === undefined ? '' : ` with messageId "${messageId}"`}.`,
  },
  AGENT_UNAVAILABLE: {
    status: 503,
    meaning: 'The agent could not answer; the message says why and what to do. Then ask again.',
    message: ({ provider, reason }: { provider: string; reason: string }) =>
      `The agent "${provider}" could not be asked. ${reason}`,
  },
  CHAT_FAILED: {
    status: 503,
    meaning: 'The chat failed too often and was given up. Delete it, or restart the engine.',
    message: ({ chatId }: { chatId: string }) =>
      `Chat "${chatId}" failed too often and was given up until the engine restarts.`,
  },
  STORAGE_FULL: {
    status: 507,
    meaning:
      'The disk is full, or cannot be written for the reason that is named. Nothing was accepted; the engine goes on by itself once it can.',
    message: ({ reason }: { reason?: string }) =>
      reason === undefined
        ? 'The disk is full. Nothing was accepted; the engine goes on by itself once there is room.'
        : `The disk cannot be written (${reason}). Nothing was accepted; the engine goes on by itself once it can.`,
  },
  ...MOVE_ERRORS,
  ...INSPECTION_ERRORS,
  ...STARTUP_ERRORS,
} satisfies Record<string, Row>;

/** What is wrong with one value of a request: where it stands, for example `images.0.type`, and what was expected. */
export interface Issue {
  path: string;
  message: string;
}

function toSentence({ path, message }: Issue): string {
  return `${path}: ${message}.`;
}
