import { describe, expect, it } from 'vitest';
import { planFileName } from '../../../src/agents/codex/ending.ts';
import { enterRound, roundId, roundOf } from '../../../src/agents/codex/rounds.ts';
import { freshState, withTurn } from '../../../src/agents/codex/state.ts';

const planning = withTurn(freshState('thread'), { clientId: 'm1', planMode: true });
const plan = { file: 'plan.md', text: '# Plan' };

describe('the rounds of a message in plan mode', () => {
  it.each([
    { round: 0, planMode: true },
    { round: 1, planMode: true },
    { round: 12, planMode: false },
  ])('are told by the id that Codex is given ($round, $planMode)', (round) => {
    expect(roundOf(planning.turn!, roundId('m1', round))).toEqual(round);
  });

  it.each(['m2', 'm1~', 'm1~1', 'm1~1stop', 'm1~go', 'm12'])('are not told by the id %s', (id) => {
    expect(roundOf(planning.turn!, id)).toBeNull();
  });

  it('leave the plan of the one before behind, and never go back', () => {
    const planned = { ...planning, turn: { ...planning.turn!, plan, isPlanned: true } };
    const next = enterRound(planned, { round: 1, planMode: false });
    expect(next.turn).toMatchObject({ round: 1, planMode: false, plan: null, isPlanned: false });
    expect(enterRound(next, { round: 1, planMode: true })).toBe(next);
  });
});

describe('the file of a plan', () => {
  it.each([
    ['# Fix the login!\n\nDetails', 'fix-the-login-0123abcd.md'],
    ['\n\n***\n## Größe ändern', 'größe-ändern-0123abcd.md'],
    ['../../etc/passwd', 'etc-passwd-0123abcd.md'],
    ['', 'plan-0123abcd.md'],
    ['x'.repeat(300), `${'x'.repeat(50)}-0123abcd.md`],
  ])('of %j is called %s', (text, name) => {
    expect(planFileName(text, '0123abcd-0000-4000-8000-000000000000')).toBe(name);
  });
});
