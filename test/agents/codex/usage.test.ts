import { describe, expect, it } from 'vitest';
import type { Usage } from '../../../src/contract/chats.ts';
import { withTurn, type CodexState } from '../../../src/agents/codex/state.ts';
import { openState, stepOf } from './replay.ts';

const THREAD = 'thread-1';
const rested = openState(THREAD);
const running = withTurn(rested, { clientId: 'c1', planMode: false, settings: { model: 'm' } });

const tokens = (count: number) => ({
  inputTokens: 3 * count,
  cachedInputTokens: count,
  cacheWriteInputTokens: 0,
  outputTokens: count,
});

const told = (total: number, last = 1, threadId = THREAD) => ({
  method: 'thread/tokenUsage/updated',
  params: { threadId, tokenUsage: { total: tokens(total), last: tokens(last), modelContextWindow: 100 } },
});

function spentIn(start: CodexState, frames: readonly object[]): Usage[] {
  let state = start;
  return frames.flatMap((frame) => {
    const step = stepOf(state, frame);
    state = step.state;
    return step.spent === undefined ? [] : [step.spent];
  });
}

const use = (count: number) => ({
  inputTokens: 2 * count,
  outputTokens: count,
  cacheReadTokens: count,
  cacheWriteTokens: 0,
});

describe('what Codex says that it used', () => {
  it('is what the total of its thread grew by, once however often it is told', () => {
    const context = { model: 'm', contextTokens: 4, contextWindow: 100 };
    expect(spentIn(running, [told(1), told(1), told(3), told(3)])).toEqual([
      { ...use(1), ...context },
      { ...use(2), ...context },
    ]);
  });

  it('counts nothing of what a thread had used before it was resumed', () => {
    const [resumed] = [stepOf(rested, told(50))];
    expect(resumed.spent).toBeUndefined();
    const again = withTurn(resumed.state, { clientId: 'c2', planMode: false });
    expect(spentIn(again, [told(52)])).toMatchObject([use(2)]);
  });

  it('takes the last call for itself where a total begins anew', () => {
    expect(spentIn(running, [told(7, 7), told(2, 2)])).toMatchObject([use(7), use(2)]);
  });

  it('counts sub-agents, whose contexts are their own', () => {
    const child = stepOf(running, {
      method: 'turn/started',
      params: { threadId: 'child', turn: { id: 't' } },
    });
    expect(spentIn(child.state, [told(4, 4, 'child')])).toEqual([use(4)]);
  });
});
