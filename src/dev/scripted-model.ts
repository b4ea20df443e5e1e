import { MessagesRequestSchema, type MessagesRequest } from './messages-request.ts';
import { streamEvents, wholeMessage } from './reply-events.ts';
import type { ModelError } from './scripted-answer.ts';
import {
  startScriptedServer,
  type RecordedRequest as Recorded,
  type ScriptedServer,
} from './scripted-server.ts';
import type { Step } from './scripted-steps.ts';

/**
 * Decides what the model does with a request. Claude Code repeats requests (other betas, without streaming), so a
 * script goes by what the request says, never by how many there were.
 */
export type Script = (request: MessagesRequest) => Step | Promise<Step>;

export type RecordedRequest = Recorded<MessagesRequest>;

/** Its `url` is for `ANTHROPIC_BASE_URL`. */
export interface ScriptedModel extends ScriptedServer<MessagesRequest> {
  /** What was asked of the model: the bodies of the requests for a message. */
  messages(): MessagesRequest[];
}

export interface ScriptedModelOptions {
  script: Script;
  /** TCP port on 127.0.0.1; any free one when left out. */
  port?: number;
}

/** An Anthropic Messages API on loopback that answers by a script, without an account or a network. */
export async function startScriptedModel({ script, port }: ScriptedModelOptions): Promise<ScriptedModel> {
  const server = await startScriptedServer({ ...MESSAGES_API, decide: script }, { port });
  return { ...server, messages: () => server.requests.flatMap(({ message }) => message ?? []) };
}

const MESSAGES_API = {
  isForMessage: (path: string) => /^\/v1\/messages(\?|$)/.test(path),
  parse: (body: unknown) => MessagesRequestSchema.parse(body),
  events: streamEvents,
  whole: wholeMessage,
  errorEvent: failure,
  failure,
  answerOther,
};

function failure(error: ModelError) {
  return { type: 'error', error };
}

function answerOther({ method, path }: { method: string; path: string }) {
  if (method !== 'POST') return { status: 200 };
  if (path.startsWith('/v1/messages/count_tokens')) return { status: 200, body: { input_tokens: 100 } };
  return { status: 404, body: { type: 'error', error: { type: 'not_found_error' } } };
}
