import { describe, expect, it } from 'vitest';
import { parseLine } from '../../src/agents/json-rpc.ts';

describe('a line', () => {
  it.each([
    ['{"id":1,"method":"ask","params":{"a":1}}', { kind: 'request', id: 1, method: 'ask', params: { a: 1 } }],
    ['{"method":"tell"}', { kind: 'notification', method: 'tell', params: {} }],
    ['{"id":"x","result":{"b":2}}', { kind: 'response', id: 'x', result: { b: 2 }, refusal: null }],
    ['{"id":"x","result":null}', { kind: 'response', id: 'x', result: {}, refusal: null }],
    [
      '{"id":"x","error":{"code":-1,"message":"no"}}',
      { kind: 'response', id: 'x', result: {}, refusal: { code: -1, message: 'no' } },
    ],
    [
      '{"id":"x","error":{"reason":"of another form"}}',
      { kind: 'response', id: 'x', result: {}, refusal: { code: 0, message: '', reason: 'of another form' } },
    ],
  ])('%s is a frame', (text, frame) => {
    expect(parseLine(text)).toEqual(frame);
  });

  it.each([
    ['Warning: {', 'noise'],
    ['[1]', 'noise'],
    ['{"id":"x","error":"no object"}', 'noise'],
    ['  {"id":1,"met', 'damaged'],
  ])('%s is none: %s', (text, kind) => {
    expect(parseLine(text)).toBe(kind);
  });
});
