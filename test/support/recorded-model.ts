/** The scripted models, with what they were asked. */
import type { ServerResponse } from 'node:http';
import type { MessagesRequest } from '../../src/dev/messages-request.ts';
import type { ResponsesRequest } from '../../src/dev/responses-request.ts';
import { startScriptedModel, type Script } from '../../src/dev/scripted-model.ts';
import { startScriptedResponses } from '../../src/dev/scripted-responses.ts';
import type { ReceivedRequest, ScriptedServer } from '../../src/dev/scripted-server.ts';
import type { Turn } from '../../src/dev/turn-script.ts';

export type RecordedRequest<Message = MessagesRequest> = ReceivedRequest<Message> & {
  /** The client left before the answer was complete. */
  aborted: boolean;
};

export interface RecordedModel extends ScriptedServer {
  /** Every request since the start, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** What was asked of the model: the bodies of the requests for a message. */
  messages(): MessagesRequest[];
}

export async function startRecordedModel({ script }: { script: Script }): Promise<RecordedModel> {
  const { requests, onRequest } = record<MessagesRequest>();
  const server = await startScriptedModel({ script, onRequest });
  return { ...server, requests, messages: () => requests.flatMap(({ message }) => message ?? []) };
}

export interface RecordedResponses extends ScriptedServer {
  /** What was asked of the model, oldest first. */
  readonly requests: readonly ResponsesRequest[];
  /** Method and path of every other request. */
  readonly strays: readonly string[];
}

export async function startRecordedResponses({ turn }: { turn: Turn }): Promise<RecordedResponses> {
  const { requests, onRequest } = record<ResponsesRequest>();
  const server = await startScriptedResponses({ turn, onRequest });
  return {
    ...server,
    get requests() {
      return requests.flatMap(({ message }) => message ?? []);
    },
    get strays() {
      const others = requests.filter(({ message }) => message === null);
      return others.map(({ method, path }) => `${method} ${path}`);
    },
  };
}

function record<Message>() {
  const requests: RecordedRequest<Message>[] = [];
  const onRequest = (request: ReceivedRequest<Message>, response: ServerResponse) => {
    const recorded = { ...request, aborted: false };
    requests.push(recorded);
    response.on('close', () => (recorded.aborted = !response.writableFinished));
  };
  return { requests, onRequest };
}
