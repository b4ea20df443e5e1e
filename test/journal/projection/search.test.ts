import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeHistoryLine } from '../../../src/journal/projection/history-line.ts';
import { search } from '../../../src/journal/projection/search.ts';
import { searchableWords } from '../../../src/engine/searchable-words.ts';
import { temporaryFolder } from '../../storage/temporary-folder.ts';

const AT = '2026-01-01T00:00:00.000Z';

function event(type: string, content: unknown): string {
  const line = { timestamp: AT, type: `claude-${type}`, payload: { type, message: { content } } };
  return JSON.stringify(line);
}

const said = (text: string) => event('assistant', [{ type: 'text', text }]);

/** Chats with these events, searched in this order. */
async function searched(
  histories: Record<string, string[]>,
  q: string,
  rest: { limit?: number; deadlineMs?: number } = {},
) {
  const folder = await temporaryFolder();
  const chats = await Promise.all(
    Object.entries(histories).map(async ([chatId, events]) => {
      const file = join(folder, chatId);
      const lines = events.map((json, index) =>
        encodeHistoryLine({ number: index + 1, id: '000000000001-00000000', event: json }),
      );
      await writeFile(file, lines.join(''));
      return { chatId, title: `Title of ${chatId}`, file: async () => file };
    }),
  );
  return search({ chats, q, words: searchableWords, limit: 20, deadlineMs: 60_000, ...rest });
}

describe('a search', () => {
  it('finds words in what people and agents said, whatever their case, the newest first', async () => {
    const one = [event('user', 'Where is the KEY?'), said('Under\n the mat'), said('The key is gone.')];

    expect(await searched({ one, two: [said('A Key')] }, 'key')).toEqual({
      results: [
        {
          chatId: 'one',
          title: 'Title of one',
          eventIndex: 2,
          timestamp: AT,
          kind: 'text',
          excerpt: 'The key is gone.',
        },
        {
          chatId: 'one',
          title: 'Title of one',
          eventIndex: 0,
          timestamp: AT,
          kind: 'user',
          excerpt: 'Where is the KEY?',
        },
        {
          chatId: 'two',
          title: 'Title of two',
          eventIndex: 0,
          timestamp: AT,
          kind: 'text',
          excerpt: 'A Key',
        },
      ],
      truncated: false,
    });
  });

  it.each([
    ['say "no"', 'They say "no" to it'],
    ['a\\b', 'the path a\\b here'],
    ['größe', 'Die GRÖSSE und die Größe'],
    ['🙂', 'fine 🙂'],
    ['(a+)+$', 'the pattern (a+)+$ is slow'],
    ['two\nlines', 'in two\nlines'],
    ['"', 'a " alone'],
  ])('finds %j', async (q, text) => {
    const { results } = await searched({ one: [said('nothing'), said(text)] }, q);

    expect(results.map(({ eventIndex }) => eventIndex)).toEqual([1]);
  });

  it('finds what tools were given and what they said, and not what only programs read', async () => {
    const use = event('assistant', [
      { type: 'tool_use', id: 'toolu_key', name: 'Bash', input: { command: 'ls /srv' } },
    ]);
    const result = event('user', [
      { type: 'tool_result', tool_use_id: 'toolu_key', content: 'srv is empty' },
    ]);

    expect((await searched({ one: [use, result] }, 'srv')).results.map(({ kind }) => kind)).toEqual([
      'result',
      'tool',
    ]);
    expect((await searched({ one: [use, result] }, 'toolu')).results).toEqual([]);
  });

  it('shows what is around the words, in one line', async () => {
    const { results } = await searched(
      { one: [said(`${'a '.repeat(100)}needle\n${'b '.repeat(100)}`)] },
      'needle',
    );

    expect(results[0]?.excerpt).toBe(`…${'a '.repeat(40)}needle ${'b '.repeat(39)}b…`);
  });

  it('ends at its limit and at its deadline, and says so', async () => {
    const many = Array.from({ length: 5 }, (_, index) => said(`word ${index}`));

    expect(await searched({ many }, 'word', { limit: 3 })).toMatchObject({
      results: { length: 3 },
      truncated: true,
    });
    expect(await searched({ many }, 'word', { limit: 5 })).toMatchObject({
      results: { length: 5 },
      truncated: false,
    });
    expect(await searched({ many, more: many }, 'none', { deadlineMs: 0 })).toEqual({
      results: [],
      truncated: true,
    });
  });

  it('passes over lines that are damaged and files that cannot be had', async () => {
    const file = join(await temporaryFolder(), 'damaged');
    await writeFile(
      file,
      '{"n":"000000000001","id":"000000000001-00000000","sum":"00000000","event":{"word":1}}\nword',
    );
    const lost = { chatId: 'lost', title: '', file: () => Promise.reject(new Error('gone')) };
    const damaged = { chatId: 'damaged', title: '', file: async () => file };

    expect(
      await search({
        chats: [lost, damaged],
        q: 'word',
        words: searchableWords,
        limit: 20,
        deadlineMs: 60_000,
      }),
    ).toEqual({ results: [], truncated: false });
  });
});
