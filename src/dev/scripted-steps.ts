import type { Gate } from './gate.ts';

/** Text comes as the parts it is streamed in; a gate between two parts holds the stream there. */
export type TextPart = string | Pick<Gate, 'pass'>;

export type Block =
  | { type: 'text'; parts: readonly TextPart[] }
  | { type: 'thinking'; thinking: string }
  | { type: 'tool_use'; name: string; input: Readonly<Record<string, unknown>>; id?: string };

/** Where a stream breaks: after that many server-sent events it goes silent, or its connection is reset. */
export interface Break {
  after: number;
  how: 'hang' | 'reset';
}

export interface Reply {
  kind: 'reply';
  blocks: readonly Block[];
  break?: Break;
}

/** What the scripted model does with one request. */
export type Step =
  | Reply
  | { kind: 'refusal'; status: number; body?: unknown; headers?: Readonly<Record<string, string>> }
  | { kind: 'streamError'; error: { type: string; message: string } }
  | { kind: 'hang' }
  | { kind: 'reset' };

export function reply(...blocks: readonly Block[]): Reply {
  return { kind: 'reply', blocks };
}

export function say(...parts: readonly TextPart[]): Reply {
  return reply({ type: 'text', parts });
}

export function useTool(name: string, input: Readonly<Record<string, unknown>>): Reply {
  return reply({ type: 'tool_use', name, input });
}

/** An error status in the shape of the Messages API, for example `refuse(529, 'overloaded_error')`. */
export function refuse(status: number, type: string, headers: Readonly<Record<string, string>> = {}): Step {
  const error = { type, message: `Scripted answer with status ${status}` };
  return { kind: 'refusal', status, body: { type: 'error', error }, headers };
}

/** The text in pieces of `size` UTF-16 units, with `between` after each piece. */
export function inPieces(text: string, options: { size: number; between?: Pick<Gate, 'pass'> }): TextPart[] {
  const { size, between } = options;
  const pieces: TextPart[] = [];
  for (let start = 0; start < text.length; start += size) {
    pieces.push(text.slice(start, start + size));
    if (between) pieces.push(between);
  }
  return pieces;
}
