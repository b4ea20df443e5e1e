import { expect, it } from 'vitest';
import { createFrameParser } from '../../src/client/frames.ts';

const STREAM = [
  'id: 1\n\n',
  ': resumed\n\n',
  'id: 2\nevent: a\ndata: {"text":"id: 9"}\n\n',
  ': ping\nid: 3\n\n',
  'event: b\ndata: {}\n\n',
].join('');

const FRAMES = [
  { id: '1', type: undefined, data: '' },
  { id: '2', type: 'a', data: '{"text":"id: 9"}' },
  { id: '3', type: undefined, data: '' },
  { id: undefined, type: 'b', data: '{}' },
];

it('gives the ids that come alone, like those that come with an event', () => {
  expect(createFrameParser()(STREAM)).toEqual(FRAMES);
});

it.each(Array.from({ length: 40 }, (_, index) => index + 1))(
  'gives the same frames when the text arrives in pieces of %i characters',
  (size) => {
    const parse = createFrameParser();
    const pieces = STREAM.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];

    expect(pieces.flatMap(parse)).toEqual(FRAMES);
  },
);

it('gives a frame with the piece that ends it', () => {
  const parse = createFrameParser();

  expect(['id: 7\nevent: a\nda', 'ta: x\n', '\n'].map(parse)).toEqual([
    [],
    [],
    [{ id: '7', type: 'a', data: 'x' }],
  ]);
});
