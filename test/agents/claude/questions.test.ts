import { describe, expect, it } from 'vitest';
import { PermissionRequestSchema } from '../../../src/agents/claude/protocol.ts';
import { Questions } from '../../../src/agents/claude/questions.ts';
import { answerLine, decide } from '../../../src/agents/claude/requests.ts';
import type { AgentFact } from '../../../src/contract/facts.ts';
import type { AgentRequest } from '../../../src/contract/requests.ts';
import { NOW } from './replay.ts';

function asked(tool: string, { id = 'r1', input = {} }: { id?: string; input?: object } = {}) {
  return PermissionRequestSchema.parse({
    request_id: id,
    request: { subtype: 'can_use_tool', tool_name: tool, input },
  });
}

function open(policy: 'bypass' | 'ask', known: AgentRequest[] = []) {
  const facts: AgentFact[] = [];
  const lines: unknown[] = [];
  const report = (fact: AgentFact) => void facts.push(fact);
  const questions = new Questions({ policy, open: known, timeoutMs: 60_000, now: () => NOW, report });
  const write = (line: string) => void lines.push(JSON.parse(line));
  return { questions, facts, lines, circumstances: { permissionMode: null, position: null, write } };
}

describe('who decides about a tool', () => {
  it.each([
    ['Bash', 'bypass', 'bypassPermissions', 'allow'],
    ['Bash', 'bypass', 'plan', 'deny'],
    ['Write', 'ask', 'plan', 'deny'],
    ['WebFetch', 'bypass', 'plan', 'allow'],
    ['Write', 'ask', 'default', 'ask'],
    ['AskUserQuestion', 'bypass', 'bypassPermissions', 'ask'],
    ['ExitPlanMode', 'bypass', 'plan', 'ask'],
  ] as const)('%s under %s in mode %s: %s', (tool, policy, permissionMode, kind) => {
    expect(decide(asked(tool), { policy, permissionMode }).kind).toBe(kind);
  });
});

describe('a question', () => {
  const input = { questions: [{ question: 'Which?' }] };
  const request: AgentRequest = {
    id: 'r1',
    kind: 'question',
    tool: 'AskUserQuestion',
    input,
    questions: input.questions,
    openedAt: '2026-11-22T12:00:00.000Z',
    expiresAt: '2026-11-22T12:01:00.000Z',
  };

  it('is opened once, with a time limit', () => {
    const { questions, facts, lines, circumstances } = open('bypass');
    questions.ask(asked('AskUserQuestion', { input }), circumstances);
    questions.ask(asked('AskUserQuestion', { input }), circumstances);
    expect([facts, lines]).toEqual([[{ type: 'request.opened', request, position: null }], []]);
  });

  it('that was open already is not opened again when it is listed', () => {
    const { questions, facts, circumstances } = open('bypass', [request]);
    questions.reconcile([asked('AskUserQuestion', { input })], circumstances);
    expect(facts).toEqual([]);
  });

  it('that is not listed any more is withdrawn', () => {
    const { questions, facts, circumstances } = open('bypass', [request]);
    questions.reconcile([], circumstances);
    questions.withdraw('r1', null);
    expect(facts).toEqual([{ type: 'request.withdrawn', requestId: 'r1', position: null }]);
  });

  it('that was just answered is not asked again when it is still listed', () => {
    const { questions, facts, circumstances } = open('bypass', [request]);
    questions.answer(request, { decision: 'deny' });
    questions.reconcile([asked('AskUserQuestion', { input })], circumstances);
    expect(facts).toEqual([]);
  });

  it('of permission is answered here under bypass', () => {
    const { questions, facts, lines, circumstances } = open('bypass');
    questions.ask(asked('Bash', { input: { command: 'ls' } }), circumstances);
    expect(facts).toEqual([]);
    expect(lines).toEqual([
      {
        type: 'control_response',
        response: {
          subtype: 'success',
          request_id: 'r1',
          response: { behavior: 'allow', updatedInput: { command: 'ls' } },
        },
      },
    ]);
  });
});

describe('an answer', () => {
  const base = { id: 'r1', openedAt: '', expiresAt: '' };
  const responseOf = (...parameters: Parameters<typeof answerLine>) =>
    (JSON.parse(answerLine(...parameters)) as { response: { response: unknown } }).response.response;

  it('to a question carries the choices with what was asked', () => {
    const request = { ...base, kind: 'question' as const, input: { questions: [1] } };
    expect(responseOf(request, { decision: 'allow', answers: { 'Which?': 'B' } })).toEqual({
      behavior: 'allow',
      updatedInput: { questions: [1], answers: { 'Which?': 'B' } },
    });
  });

  it('to a plan carries the plan as it was changed', () => {
    const request = { ...base, kind: 'plan' as const, input: { plan: 'a', planFilePath: 'f' } };
    expect(responseOf(request, { decision: 'allow', plan: 'b' })).toEqual({
      behavior: 'allow',
      updatedInput: { plan: 'b', planFilePath: 'f' },
    });
    expect(responseOf(request, { decision: 'allow' })).toMatchObject({ updatedInput: { plan: 'a' } });
  });

  it('that declines says why', () => {
    const request = { ...base, kind: 'permission' as const };
    expect(responseOf(request, { decision: 'deny', message: 'No.' })).toEqual({
      behavior: 'deny',
      message: 'No.',
    });
    expect(responseOf(request, { decision: 'deny' })).toMatchObject({ message: 'The user declined.' });
  });
});
