import { MessagesRequestSchema, type MessagesRequest } from './messages-request.ts';
import { streamEvents, wholeMessage } from './reply-events.ts';
import { startScriptedServer, type ScriptedServer, type ScriptedServerOptions } from './scripted-server.ts';
import type { Step } from './scripted-steps.ts';

/**
 * Decides what the model does with a request. Claude Code repeats requests (other betas, without streaming), so a
 * script goes by what the request says, never by how many there were.
 */
export type Script = (request: MessagesRequest) => Step | Promise<Step>;

/** An Anthropic Messages API on loopback that answers by a script; its `url` is for `ANTHROPIC_BASE_URL`. */
export function startScriptedModel({
  script,
  ...options
}: ScriptedServerOptions<MessagesRequest> & { script: Script }): Promise<ScriptedServer> {
  return startScriptedServer({ ...MESSAGES_API, decide: script }, options);
}

const MESSAGES_API = {
  isForMessage: (path: string) => /^\/v1\/messages(\?|$)/.test(path),
  parse: (body: unknown) => MessagesRequestSchema.parse(body),
  events: streamEvents,
  whole: wholeMessage,
  failure: (error: { type: string; message: string }) => ({ type: 'error', error }),
  answerOther,
};

function answerOther({ method, path }: { method: string; path: string }) {
  if (method !== 'POST') return { status: 200 };
  if (path.startsWith('/v1/messages/count_tokens')) return { status: 200, body: { input_tokens: 100 } };
  return { status: 404, body: { type: 'error', error: { type: 'not_found_error' } } };
}
