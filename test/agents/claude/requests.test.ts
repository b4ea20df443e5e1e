import { describe, expect, it } from 'vitest';
import { answerLine, answeredBy, askOf, standingOfferOf } from '../../../src/agents/claude/requests.ts';
import type { Ask } from '../../../src/agents/step.ts';

function asked(tool: string, input: object = {}) {
  return {
    type: 'control_request' as const,
    request_id: 'r1',
    request: { subtype: 'can_use_tool', tool_name: tool, input },
  };
}

const ASKING = { policy: 'ask', permissionMode: 'default' } as const;
const PASSING = { policy: 'bypass', permissionMode: 'bypassPermissions' } as const;

/** What is done about a question: the behaviour that is answered, or the kind of request that is opened. */
function doneAbout(ask: Ask): unknown {
  if (ask.kind === 'ask') return ask.asking;
  return (JSON.parse(ask.line) as { response: unknown }).response;
}

describe('a question of the agent', () => {
  it.each([
    ['Bash', PASSING, 'allow'],
    ['Bash', { ...PASSING, permissionMode: 'plan' }, 'deny'],
    ['Write', { ...ASKING, permissionMode: 'plan' }, 'deny'],
    ['WebFetch', { ...PASSING, permissionMode: 'plan' }, 'allow'],
  ] as const)('about %s under %j is answered here: %s', (tool, circumstances, behavior) => {
    expect(doneAbout(askOf(asked(tool), circumstances))).toMatchObject({
      request_id: 'r1',
      response: { behavior },
    });
  });

  it.each([
    ['Write', ASKING, 'permission'],
    ['AskUserQuestion', PASSING, 'question'],
    ['ExitPlanMode', { ...PASSING, permissionMode: 'plan' }, 'plan'],
  ] as const)('about %s under %j goes to whoever watches: %s', (tool, circumstances, kind) => {
    expect(doneAbout(askOf(asked(tool), circumstances))).toMatchObject({ kind, tool });
  });

  it('is allowed with what it was asked with', () => {
    expect(doneAbout(askOf(asked('Bash', { command: 'ls' }), PASSING))).toEqual({
      subtype: 'success',
      request_id: 'r1',
      response: { behavior: 'allow', updatedInput: { command: 'ls' } },
    });
  });

  it('carries its choices, or the plan', () => {
    const questions = [{ question: 'Which?' }];
    expect(doneAbout(askOf(asked('AskUserQuestion', { questions }), PASSING))).toMatchObject({ questions });
    expect(doneAbout(askOf(asked('ExitPlanMode', { plan: 'p' }), PASSING))).toMatchObject({ plan: 'p' });
  });

  it('that nobody here knows is refused, because it waits for an answer all the same', () => {
    const elicitation = {
      type: 'control_request' as const,
      request_id: 'r',
      request: { subtype: 'elicitation' },
    };
    expect(doneAbout(askOf(elicitation, PASSING))).toEqual({
      subtype: 'error',
      request_id: 'r',
      error: 'This host does not answer elicitation.',
    });
  });
});

describe('an answer', () => {
  const base = { id: 'run:"r1"', openedAt: '', expiresAt: '' };
  const responseOf = (...parameters: Parameters<typeof answerLine>) =>
    (JSON.parse(answerLine(...parameters)) as { response: { response: unknown } }).response.response;

  it('to a question carries the choices with what was asked', () => {
    const request = { ...base, kind: 'question' as const, input: { questions: [1] } };
    expect(responseOf('r1', request, { decision: 'allow', answers: { 'Which?': 'B' } })).toEqual({
      behavior: 'allow',
      updatedInput: { questions: [1], answers: { 'Which?': 'B' } },
    });
  });

  it('to a plan carries the plan as it was changed', () => {
    const request = { ...base, kind: 'plan' as const, input: { plan: 'a', planFilePath: 'f' } };
    expect(responseOf('r1', request, { decision: 'allow', plan: 'b' })).toEqual({
      behavior: 'allow',
      updatedInput: { plan: 'b', planFilePath: 'f' },
    });
    expect(responseOf('r1', request, { decision: 'allow' })).toMatchObject({ updatedInput: { plan: 'a' } });
  });

  it('that always allows gives the suggestions back', () => {
    const suggestions = [{ type: 'setMode', mode: 'acceptEdits', destination: 'session' }];
    const always = standingOfferOf(suggestions);
    const request = { ...base, kind: 'permission' as const, input: { a: 1 }, always: always! };
    expect(always?.title).toBe('all edits of files in this session');
    expect(responseOf('r1', request, { decision: 'allow', always: true })).toEqual({
      behavior: 'allow',
      updatedInput: { a: 1 },
      updatedPermissions: suggestions,
    });
  });

  it.each([
    [[rule('allow', 'npm test:*')], 'Bash(npm test:*) in this project'],
    [[{ type: 'addDirectories', directories: ['/a'], destination: 'userSettings' }], 'all in /a everywhere'],
    [[rule('deny', 'rm:*')], undefined],
    [[rule('allow', 'ls:*'), { type: 'unheardOf' }], undefined],
    [[], undefined],
    [undefined, undefined],
  ])('is offered for ever when all that was suggested can be put in words: %j', (suggestions, title) => {
    expect(standingOfferOf(suggestions)?.title).toBe(title);
  });

  it('tells the next engine what it answers', () => {
    const request = { ...base, kind: 'permission' as const };
    expect(answeredBy(answerLine('r1', request, { decision: 'deny' }))).toBe('r1');
    expect(answeredBy('{"type":"user"}')).toBeNull();
  });

  it('that declines says why', () => {
    const request = { ...base, kind: 'permission' as const };
    expect(responseOf('r1', request, { decision: 'deny', message: 'No.' })).toEqual({
      behavior: 'deny',
      message: 'No.',
    });
    expect(responseOf('r1', request, { decision: 'deny' })).toMatchObject({ message: 'The user declined.' });
  });
});

function rule(behavior: string, ruleContent: string) {
  const rules = [{ toolName: 'Bash', ruleContent }];
  return { type: 'addRules', behavior, rules, destination: 'localSettings' };
}
