import { lexer, type MarkedToken, type Token, type Tokens } from 'marked';
import { Fragment } from 'preact';
import { useMemo } from 'preact/hooks';
import { isWebUrl } from '../../../client/client.ts';
import { Code } from './code.tsx';

/**
 * Markdown as elements, never as HTML: tags are shown as they were written, links lead only to the web, and images are links,
 * so that nothing an agent writes runs or asks for anything.
 */
export function Markdown({ text }: { text: string }) {
  const tokens = useMemo(() => ranked(lexer(text, { gfm: true })), [text]);
  return (
    <div class="markdown">
      <Blocks tokens={tokens} />
    </div>
  );
}

/** Its headings one below the other, no rank left out, whichever depths were written: those who listen go by them. */
function ranked(tokens: readonly Token[]): Token[] {
  const depths = new Set(tokens.flatMap((token) => (token.type === 'heading' ? [Number(token.depth)] : [])));
  const ranks = [...depths].toSorted((one, other) => one - other);
  let last = 0;
  return tokens.map((token) => {
    if (token.type !== 'heading') return token;
    last = Math.min(ranks.indexOf(token.depth) + 1, last + 1);
    return { ...token, depth: last };
  });
}

interface Inside {
  tokens: readonly Token[] | undefined;
}

function Blocks({ tokens = [] }: Inside) {
  return tokens.map((token, index) => <Block key={index} token={token as MarkedToken} />);
}

function Block({ token }: { token: MarkedToken }) {
  switch (token.type) {
    case 'heading': {
      // The page has headings of its own above those of a text.
      const Heading = `h${Math.min(token.depth + 2, 6)}` as 'h3';
      return <Heading>{inline(token)}</Heading>;
    }
    case 'paragraph':
      return <p>{inline(token)}</p>;
    case 'code':
      return <Code text={token.text} language={token.lang ?? ''} />;
    case 'blockquote':
      return (
        <blockquote>
          <Blocks tokens={token.tokens} />
        </blockquote>
      );
    case 'list':
      return <List list={token} />;
    case 'table':
      return <Table table={token} />;
    case 'hr':
      return <hr />;
    case 'space':
    case 'def':
      return null;
    case 'html':
      return <p>{token.text}</p>;
    default:
      return <>{toInline(token)}</>;
  }
}

function List({ list: { ordered, start, items } }: { list: Tokens.List }) {
  const children = items.map((item, index) => (
    <li key={index} class={item.task ? 'task' : undefined}>
      <Blocks tokens={item.tokens} />
    </li>
  ));
  return ordered ? <ol start={Number(start) || 1}>{children}</ol> : <ul>{children}</ul>;
}

function Table({ table: { header, rows, align } }: { table: Tokens.Table }) {
  const classOf = (column: number) => align[column] ?? undefined;
  return (
    <div class="table" tabIndex={0} role="group" aria-label="Table">
      <table>
        <thead>
          <tr>
            {header.map((cell, column) => (
              <th key={column} class={classOf(column)}>
                {inline(cell)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, row) => (
            <tr key={row}>
              {cells.map((cell, column) => (
                <td key={column} class={classOf(column)}>
                  {inline(cell)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function inline({ tokens = [] }: { tokens?: readonly Token[] | undefined }) {
  return tokens.map((token, index) => <Fragment key={index}>{toInline(token as MarkedToken)}</Fragment>);
}

function toInline(token: MarkedToken) {
  switch (token.type) {
    case 'strong':
      return <strong>{inline(token)}</strong>;
    case 'em':
      return <em>{inline(token)}</em>;
    case 'del':
      return <del>{inline(token)}</del>;
    case 'codespan':
      return <code>{token.text}</code>;
    case 'br':
      return <br />;
    case 'link':
      return <Link href={token.href}>{inline(token)}</Link>;
    case 'image':
      return <Link href={token.href}>{token.text || token.href}</Link>;
    case 'checkbox':
      return <span aria-label={token.checked ? 'done' : 'to do'}>{token.checked ? '☑ ' : '☐ '}</span>;
    case 'text':
      return token.tokens === undefined ? token.text : inline(token);
    default:
      return 'text' in token ? token.text : token.raw;
  }
}

/** A link that would run something is its text. */
function Link({ href, children }: { href: string; children: preact.ComponentChildren }) {
  if (!isWebUrl(href)) return <span title={href}>{children}</span>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer" title={href}>
      {children}
    </a>
  );
}
