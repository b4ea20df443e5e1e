import { responseEvents } from './response-events.ts';
import {
  promptsOf,
  ResponsesRequestSchema,
  resultsSincePrompt,
  type ResponsesRequest,
} from './responses-request.ts';
import type { ModelError } from './scripted-answer.ts';
import { startScriptedServer, type ScriptedServer } from './scripted-server.ts';
import type { Turn } from './turn-script.ts';

/** Its `url` is the base of the API, without `/v1`. */
export interface ScriptedResponses extends Omit<ScriptedServer<ResponsesRequest>, 'requests'> {
  /** What was asked of the model, oldest first. */
  readonly requests: readonly ResponsesRequest[];
  /** Method and path of every other request. */
  readonly strays: readonly string[];
}

export interface ScriptedResponsesOptions {
  turn: Turn;
  /** TCP port on 127.0.0.1; any free one when left out. */
  port?: number;
}

/** An OpenAI Responses API on loopback that answers by a script, without an account or a network. */
export async function startScriptedResponses({
  turn,
  port,
}: ScriptedResponsesOptions): Promise<ScriptedResponses> {
  const decide = (request: ResponsesRequest) =>
    turn(promptsOf(request).at(-1) ?? '', resultsSincePrompt(request));
  const server = await startScriptedServer({ ...RESPONSES_API, decide }, { port });
  return {
    url: server.url,
    close: () => server.close(),
    get requests() {
      return server.requests.flatMap(({ message }) => message ?? []);
    },
    get strays() {
      const others = server.requests.filter(({ message }) => message === null);
      return others.map(({ method, path }) => `${method} ${path}`);
    },
  };
}

const RESPONSES_API = {
  isForMessage: (path: string) => path.endsWith('/responses'),
  parse: (body: unknown) => ResponsesRequestSchema.parse(body),
  events: responseEvents,
  errorEvent: (error: ModelError) => ({ type: 'response.failed', response: { error } }),
  failure: (error: ModelError) => ({ error }),
  answerOther: () => ({ status: 404, body: { error: { message: 'not found' } } }),
};
