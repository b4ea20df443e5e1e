/** What a scripted model does with a request when it does not reply as it should. */
import { streamEvents } from '../../src/dev/reply-events.ts';
import { sendJson, startStream, toFrame } from '../../src/dev/scripted-answer.ts';
import type { Reply, Step } from '../../src/dev/scripted-steps.ts';

interface ModelError {
  type: string;
  message: string;
}

/** Never answers. */
export const hang: Step = { kind: 'else', answer: () => undefined };

/** Cuts the connection. */
export const reset: Step = { kind: 'else', answer: ({ socket }) => socket?.resetAndDestroy() };

interface Refusal {
  status: number;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
}

export function refuseWith({ body = {}, ...rest }: Refusal): Step {
  return { kind: 'else', answer: (response) => sendJson(response, { body, ...rest }) };
}

/** An error status in the shape of the Messages API, for example `refuse(529, 'overloaded_error')`. */
export function refuse(status: number, type: string, headers: Refusal['headers'] = {}): Step {
  const error = { type, message: `Scripted answer with status ${status}` };
  return refuseWith({ status, body: { type: 'error', error }, headers });
}

/** A stream of the Messages API that is an error. */
export function failMessage(error: ModelError): Step {
  const event = { type: 'error', error };
  return {
    kind: 'else',
    answer(response, { stream }) {
      if (stream !== true) return sendJson(response, { status: 529, body: event });
      startStream(response);
      response.end(toFrame(event));
    },
  };
}

/** A stream of the Responses API that is an error. */
export function failResponse(error: ModelError): Step {
  return {
    kind: 'else',
    answer(response) {
      startStream(response);
      response.end(toFrame({ type: 'response.failed', response: { error } }));
    },
  };
}

/** A stream of the Messages API that breaks: after so many events it goes silent, or its connection is reset. */
export function breakOff(reply: Reply, { after, how }: { after: number; how: 'hang' | 'reset' }): Step {
  return {
    kind: 'else',
    async answer(response) {
      startStream(response);
      let sent = 0;
      for await (const event of streamEvents(reply, 'scripted')) {
        if (sent === after) break;
        response.write(toFrame(event));
        sent += 1;
      }
      if (how === 'reset') response.socket?.resetAndDestroy();
    },
  };
}
