import type { Terminal } from './terminal.ts';

export interface Shown {
  json: boolean;
  /** What is printed as JSON. */
  value: unknown;
  /** What is printed otherwise. */
  text: string;
  /** What is said when there is no text; it is no result. */
  nothing?: string;
}

/** Prints an answer of the engine for people or for programs. */
export function show({ print, complain }: Terminal, { json, value, text, nothing }: Shown): void {
  print(json ? `${JSON.stringify(value, null, 2)}\n` : text);
  if (!json && text === '' && nothing !== undefined) complain(`${nothing}\n`);
}
