import type { EngineClient } from '../client/client.ts';
import { EXIT, type Terminal } from './terminal.ts';
import { visible } from './visible.ts';

/** What a command that shows an answer of the engine is given. */
export interface ShowOptions {
  client: EngineClient;
  json: boolean;
}

export interface Shown {
  json: boolean;
  /** What is printed as JSON. */
  value: unknown;
  /** What is printed otherwise. */
  text: string;
  /** What is said when there is no text; it is no result. */
  nothing?: string;
}

/** Prints an answer of the engine for people or for programs. Returns the exit code. */
export function show({ print, complain }: Terminal, { json, value, text, nothing }: Shown): number {
  print(json ? `${JSON.stringify(value, null, 2)}\n` : text);
  if (!json && text === '' && nothing !== undefined) complain(`${visible(nothing)}\n`);
  return EXIT.DONE;
}
