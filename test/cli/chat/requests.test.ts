import { describe, expect, it } from 'vitest';
import pc from 'picocolors';
import { AnswerForm, describeRequest } from '../../../src/cli/chat/requests.ts';
import type { AgentRequest } from '../../../src/client/client.ts';

const TS = '2026-01-01T00:00:00.000Z';
const PLAN = request({ kind: 'plan', tool: 'ExitPlanMode', plan: '# Do it\n' });
const PERMISSION = request({ kind: 'permission', tool: 'Bash', input: { command: 'rm -r build' } });
const OVER_ACP = request({
  kind: 'permission',
  tool: 'Write notes',
  input: { toolCall: { toolCallId: 't', title: 'Write notes', kind: 'edit' }, options: [] },
});
const BUDGET = request({ kind: 'budget', budget: { turns: 3 }, used: { usd: 0, tokens: 9, turns: 3 } });
const QUESTIONS = request({
  kind: 'question',
  questions: [
    { question: 'Which colour?', options: [{ label: 'Red', description: 'warm' }, { label: 'Blue' }] },
    {
      question: 'Which sizes?',
      options: [{ label: 'S' }, { label: 'M' }, { label: 'L' }],
      multiSelect: true,
    },
  ],
});

describe('what an agent asks', () => {
  it.each([
    [PLAN, '? The plan:\nDo it\n'],
    [PERMISSION, '? May it run Bash rm -r build?\n'],
    [OVER_ACP, '? May it run Write notes?\n'],
    [BUDGET, '? The budget is used up: 3 of 3 turns. Raise it by the same amount again?\n'],
    [QUESTIONS, '? Which colour?\n  1. Red - warm\n  2. Blue\n? Which sizes?\n  1. S\n  2. M\n  3. L\n'],
  ])('is shown in full', (asked, text) => {
    expect(describeRequest(asked, pc.createColors(false))).toBe(text);
  });
});

describe('what is typed', () => {
  it.each([
    ['y', { decision: 'allow' }],
    ['Yes', { decision: 'allow' }],
    ['n', { decision: 'deny' }],
    ['/deny not now', { decision: 'deny', message: 'not now' }],
  ])('answers a plan, a permission or a budget: %s', (line, answer) => {
    expect(new AnswerForm(PLAN).take(line)).toEqual(answer);
    expect(new AnswerForm(PERMISSION).take(line)).toEqual(answer);
    expect(new AnswerForm(BUDGET).take(line)).toEqual(answer);
  });

  it('allows from now on what the agent offers, and only that', () => {
    const form = new AnswerForm({ ...PERMISSION, always: { title: 'Bash(rm:*)', offer: [] } });

    expect(form.hint).toBe('y, n, a to always allow Bash(rm:*), or what to do instead');
    expect(form.take('a')).toEqual({ decision: 'allow', always: true });
    expect(new AnswerForm(PERMISSION).take('a')).toEqual({ decision: 'deny', message: 'a' });
  });

  it('in other words declines a plan or a permission with them', () => {
    const answer = { decision: 'deny', message: 'use make clean' };

    expect(new AnswerForm(PLAN).take('use make clean')).toEqual(answer);
    expect(new AnswerForm(PERMISSION).take('use make clean')).toEqual(answer);
  });

  it('in other words is no answer to a budget: it is asked again', () => {
    const form = new AnswerForm(BUDGET);

    expect(form.take('now add a test')).toBeNull();
    expect(form.hint).toBe('That was not sent, the budget is used up. Type y to raise it, n to stop here');
    expect(form.take('y')).toEqual({ decision: 'allow' });
  });

  it('answers one question after the other, by number or in words', () => {
    const form = new AnswerForm(QUESTIONS);

    expect(form.hint).toContain('Which colour?');
    expect(form.take('2')).toBeNull();
    expect(form.hint).toContain('Which sizes?');
    expect(form.take('1,3')).toEqual({
      decision: 'allow',
      answers: { 'Which colour?': 'Blue', 'Which sizes?': 'S, L' },
    });
    expect(new AnswerForm(QUESTIONS).take('something green')).toBeNull();
  });

  it('answers fields of a form by their names, also when they ask the same', () => {
    const questions = ['host', 'port'].map((id) => ({ id, question: 'Where is the database?' }));
    const form = new AnswerForm(request({ kind: 'question', questions }));

    expect(form.take('localhost')).toBeNull();
    expect(form.take('5432')).toEqual({ decision: 'allow', answers: { host: 'localhost', port: '5432' } });
  });

  it('answers questions again whose answer did not arrive', () => {
    const form = new AnswerForm(QUESTIONS);
    const [first, again] = [0, 1].map(() => [form.take('2'), form.take('1,3')]);

    expect(again).toEqual(first);
    expect(form.hint).toContain('Which colour?');
  });

  it('declines questions', () => {
    expect(new AnswerForm(QUESTIONS).take('/deny')).toEqual({ decision: 'deny' });
  });
});

function request(fields: Pick<AgentRequest, 'kind'> & Partial<AgentRequest>): AgentRequest {
  return { id: 'r', openedAt: TS, expiresAt: TS, ...fields };
}
