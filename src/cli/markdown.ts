import { lexer, type MarkedToken, type Token, type Tokens } from 'marked';
import { toColumns } from './show-status.ts';
import type { TextStyle } from './transcript.ts';
import { visible } from './visible.ts';
import type { Colors } from './terminal.ts';

const DIFF_LINES = 40;
/** Longer lines are machine-made: one of them would fill the screen. */
const DIFF_CHARACTERS = 500;

/** Markdown and diffs for people at a terminal. */
export function markdownStyle(colors: Colors): TextStyle {
  return {
    // The last block may still grow.
    endOfWhole: (text) =>
      lexer(text)
        .slice(0, -1)
        .reduce((end, { raw }) => end + raw.length, 0),
    render: (text) => toBlocks(lexer(visible(text)), colors),
    diff: (text) => indent(`${beginningOfDiff(visible(text), colors)}\n`, '  '),
  };
}

function beginningOfDiff(diff: string, colors: Colors): string {
  const lines = diff.trimEnd().split('\n');
  const more = lines.length - DIFF_LINES;
  const shown = lines.slice(0, DIFF_LINES).map((line) => paintDiff(beginningOfLine(line), colors));
  return [...shown, ...(more > 0 ? [colors.dim(`… ${more} lines more`)] : [])].join('\n');
}

function beginningOfLine(line: string): string {
  return line.length > DIFF_CHARACTERS ? `${line.slice(0, DIFF_CHARACTERS)}…` : line;
}

function paintDiff(line: string, { bold, cyan, green, red }: Colors): string {
  if (/^(?:\+\+\+|---|diff |index |\*\*\* )/.test(line)) return bold(line);
  if (line.startsWith('@@')) return cyan(line);
  if (line.startsWith('+')) return green(line);
  return line.startsWith('-') ? red(line) : line;
}

function toBlocks(tokens: readonly Token[], colors: Colors): string {
  return tokens
    .map((token) => {
      if (token.type === 'space') return '\n';
      if (token.type === 'checkbox') return toInline([token], colors);
      const text = toBlock(token as MarkedToken, colors).trimEnd();
      return text === '' ? '' : `${text}\n${token.raw.endsWith('\n\n') ? '\n' : ''}`;
    })
    .join('');
}

function toBlock(token: MarkedToken, colors: Colors): string {
  switch (token.type) {
    case 'heading':
      return colors.bold(toInline(token.tokens, colors));
    case 'code': {
      const paint = (line: string) => (token.lang === 'diff' ? paintDiff(line, colors) : colors.cyan(line));
      return indent(token.text.split('\n').map(paint).join('\n'), '  ');
    }
    case 'blockquote':
      return indent(toBlocks(token.tokens, colors), colors.dim('│ '));
    case 'list':
      return toList(token, colors);
    case 'table':
      return toTable(token, colors);
    case 'hr':
      return colors.dim('─'.repeat(20));
    case 'def':
      return '';
    default:
      return toInline([token], colors);
  }
}

function toList({ items, ordered, start }: Tokens.List, colors: Colors): string {
  return items
    .map(({ tokens }, index) => {
      const mark = ordered ? `${(Number(start) || 1) + index}. ` : '• ';
      return `${mark}${indent(toBlocks(tokens, colors), ' '.repeat(mark.length)).trim()}\n`;
    })
    .join('');
}

function toTable({ header, rows }: Tokens.Table, colors: Colors): string {
  const toRow = (cells: readonly Tokens.TableCell[]) => cells.map(({ tokens }) => toInline(tokens, colors));
  return toColumns([toRow(header).map(colors.bold), ...rows.map(toRow)]);
}

function toInline(tokens: readonly Token[] = [], colors: Colors): string {
  return tokens.map((token) => toSpan(token as MarkedToken, colors)).join('');
}

function toSpan(token: MarkedToken, colors: Colors): string {
  switch (token.type) {
    case 'strong':
      return colors.bold(toInline(token.tokens, colors));
    case 'em':
      return colors.italic(toInline(token.tokens, colors));
    case 'del':
      return colors.strikethrough(toInline(token.tokens, colors));
    case 'codespan':
      return colors.cyan(token.text);
    case 'br':
      return '\n';
    case 'checkbox':
      return token.checked ? '☑ ' : '☐ ';
    case 'link':
    case 'image': {
      const text = toInline(token.tokens, colors) || token.text;
      return text === token.href ? text : `${text} ${colors.dim(`(${token.href})`)}`;
    }
    default:
      if ('tokens' in token && token.tokens !== undefined) return toInline(token.tokens, colors);
      return 'text' in token ? token.text : token.raw;
  }
}

function indent(text: string, by: string): string {
  return text.replaceAll(/^(?=.)/gm, by);
}
