import { responseEvents } from './response-events.ts';
import {
  isPlanning,
  promptsOf,
  ResponsesRequestSchema,
  resultsSincePrompt,
  type ResponsesRequest,
} from './responses-request.ts';
import { startScriptedServer, type ScriptedServer, type ScriptedServerOptions } from './scripted-server.ts';
import type { Turn } from './turn-script.ts';

/** An OpenAI Responses API on loopback that answers by a script; its `url` is the base of the API, without `/v1`. */
export function startScriptedResponses({
  turn,
  ...options
}: ScriptedServerOptions<ResponsesRequest> & { turn: Turn }): Promise<ScriptedServer> {
  const decide = (request: ResponsesRequest) =>
    turn(promptsOf(request).at(-1) ?? '', resultsSincePrompt(request), isPlanning(request));
  return startScriptedServer({ ...RESPONSES_API, decide }, options);
}

const RESPONSES_API = {
  isForMessage: (path: string) => path.endsWith('/responses'),
  parse: (body: unknown) => ResponsesRequestSchema.parse(body),
  events: responseEvents,
  failure: (error: { type: string; message: string }) => ({ error }),
  answerOther: () => ({ status: 404, body: { error: { message: 'not found' } } }),
};
