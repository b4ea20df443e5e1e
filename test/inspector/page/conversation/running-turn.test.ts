import { expect, it } from 'vitest';
import type { EngineEvent } from '../../../../src/client/client.ts';
import { foldTurn, type RunningTurn } from '../../../../src/inspector/page/conversation/running-turn.ts';

const AT = '2026-01-01T00:00:00.000Z';

const event = (type: string, payload: object = {}) => ({ id: '1', ts: AT, type, payload }) as EngineEvent;

const running: RunningTurn = { startedAt: AT, waitsFor: null };
const waiting: RunningTurn = { ...running, waitsFor: 'Asked again' };
const progress = event('chat.turn.progress', { progress: { kind: 'retrying', message: 'Asked again' } });

it.each([
  ['begins when one starts', null, event('chat.turn.started'), running],
  ['waits while the model is asked again', running, progress, waiting],
  ['waits no longer once something is said', waiting, event('chat.turn.delta'), running],
  ['is over when it has ended', running, event('chat.turn.completed'), null],
  [
    'goes on when what was said into it has ended',
    running,
    event('chat.turn.completed', { steers: 'm' }),
    running,
  ],
  ['is unknown when it began before the page', null, progress, null],
])('the turn %s', (_, before, step, after) => {
  expect(foldTurn(before, step)).toEqual(after);
});
