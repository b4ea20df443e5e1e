import { describe, expect, it } from 'vitest';
import { OpenQuestions, type Asking } from '../../src/agents/open-questions.ts';
import type { AgentFact } from '../../src/contract/facts.ts';
import { fixDate } from '../support/fixed-date.ts';

const NOW = '2026-11-22T12:00:00.000Z';
fixDate(NOW);
const TIMES = { openedAt: NOW, expiresAt: '2026-11-22T12:01:00.000Z' };

const ASKING: Asking = { kind: 'permission', tool: 'Write', input: {} };

function take(...open: string[]) {
  const facts: AgentFact[] = [];
  const questions = new OpenQuestions({
    open: open.map((id) => ({ id, ...ASKING, ...TIMES })),
    timeoutMs: 60_000,
    report: (fact) => void facts.push(fact),
  });
  return { questions, facts };
}

describe('a question', () => {
  it('is told once, with its times', () => {
    const { questions, facts } = take('known');
    for (const id of ['new', 'new', 'known']) questions.ask(id, { asking: ASKING, position: null });
    expect(facts).toEqual([
      { type: 'request.opened', request: { id: 'new', ...ASKING, ...TIMES }, position: null },
    ]);
  });

  it('that is settled is dealt with, and not withdrawn', () => {
    const { questions, facts } = take('a');
    questions.settle('a');
    questions.withdraw('a', null);
    expect([questions.isDealtWith('a'), facts]).toEqual([true, []]);
  });

  it('that nobody waits for any more is withdrawn once', () => {
    const { questions, facts } = take('a', 'b');
    questions.keepOnly(new Set(['b']), null);
    questions.withdraw('a', null);
    expect(facts).toEqual([{ type: 'request.withdrawn', requestId: 'a', position: null }]);
    expect(['a', 'b'].map((id) => questions.isDealtWith(id))).toEqual([false, true]);
  });
});
