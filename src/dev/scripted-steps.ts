import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** Text comes as the parts it is streamed in; what stands between two of them is waited for. */
export type TextPart = string | { pass(): Promise<unknown> };

export type Block =
  | { type: 'text'; parts: readonly TextPart[] }
  | { type: 'thinking'; thinking: string }
  | { type: 'tool_use'; name: string; input: Readonly<Record<string, unknown>>; id?: string };

export interface Reply {
  kind: 'reply';
  blocks: readonly Block[];
}

/** What the scripted model does with one request: it replies, or does something else with the answer. */
export type Step =
  | Reply
  | {
      kind: 'else';
      answer: (response: ServerResponse, request: { stream?: boolean | undefined }) => unknown;
    };

export function reply(...blocks: readonly Block[]): Reply {
  return { kind: 'reply', blocks };
}

export function say(...parts: readonly TextPart[]): Reply {
  return reply({ type: 'text', parts });
}

export function useTool(name: string, input: Readonly<Record<string, unknown>>): Reply {
  return reply({ type: 'tool_use', name, input });
}

export function pause(milliseconds: number): Exclude<TextPart, string> {
  return { pass: () => delay(milliseconds) };
}

/** The text in pieces of `size` UTF-16 units, with `between` after each piece. */
export function inPieces(text: string, { size, between }: { size: number; between?: TextPart }): TextPart[] {
  const pieces: TextPart[] = [];
  for (let start = 0; start < text.length; start += size) {
    pieces.push(text.slice(start, start + size));
    if (between) pieces.push(between);
  }
  return pieces;
}
