import { Lexer, Parser } from 'yaml';

/** Composing a document is recursive, and V8 ends the process where a regular expression has no stack left to be compiled. */
const DEPTH_MAX = 100;

/** Whether a text of YAML is nested deeper than anything that people write. */
export function isTooDeep(text: string): boolean {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    for (const _token of parser.next(lexeme));
    if (parser.stack.length > DEPTH_MAX) return true;
  }
  return false;
}
