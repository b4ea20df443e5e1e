import { describe, expect, it } from 'vitest';
import { answerLine, type Given, decideRequest } from '../../../src/agents/acp/decide.ts';
import { refusalLine } from '../../../src/agents/acp/frames.ts';
import type { FrameOf } from '../../../src/agents/json-rpc.ts';

const OPTIONS = [
  { optionId: 'always', name: 'Always', kind: 'allow_always' },
  { optionId: 'once', name: 'Once', kind: 'allow_once' },
  { optionId: 'no', name: 'No', kind: 'reject_once' },
];

const USUAL: Given = { policy: 'bypass', isPlanning: false, isInterrupted: false };

describe('a permission', () => {
  it.each<{ name: string; kind: string; given: Partial<Given>; outcome: string }>([
    { name: 'is given for once', kind: 'edit', given: {}, outcome: 'once' },
    { name: 'is asked where it has to be', kind: 'edit', given: { policy: 'ask' }, outcome: 'ask' },
    { name: 'to change is refused while planning', kind: 'edit', given: { isPlanning: true }, outcome: 'no' },
    { name: 'to run is refused while planning', kind: 'execute', given: { isPlanning: true }, outcome: 'no' },
    {
      name: 'to do who knows what is refused too',
      kind: 'other',
      given: { isPlanning: true },
      outcome: 'no',
    },
    { name: 'to read is given while planning', kind: 'read', given: { isPlanning: true }, outcome: 'once' },
    {
      name: 'in a turn that is cancelled is too',
      kind: 'edit',
      given: { policy: 'ask', isInterrupted: true },
      outcome: 'cancelled',
    },
    { name: 'to leave the mode for planning is asked', kind: 'switch_mode', given: {}, outcome: 'ask' },
  ])('$name', ({ kind, given, outcome }) => {
    const decision = decideRequest(permission(kind), { ...USUAL, ...given });
    expect(decision.kind === 'answer' ? chosenIn(decision.line) : decision.kind).toBe(outcome);
  });

  it('becomes a request with the words and the choices of the agent', () => {
    expect(decideRequest(permission('edit'), { ...USUAL, policy: 'ask' })).toEqual({
      kind: 'ask',
      asking: {
        kind: 'permission',
        tool: 'Write x',
        input: { toolCall: expect.objectContaining({ toolCallId: 't1' }) as object, options: OPTIONS },
        always: { title: 'Always', offer: 'always' },
      },
    });
  });

  it.each([
    ['Always Allow all Write', 'all Write'],
    ['always allow', 'Write x'],
    ['Allow always', 'Write x'],
    ['Yes, and do not ask again', 'Yes, and do not ask again'],
  ])('offers to allow always, in words that go behind these: %s', (name, title) => {
    const options = [{ optionId: 'o', name, kind: 'allow_always' }];
    const decision = decideRequest(permission('edit', undefined, options), { ...USUAL, policy: 'ask' });
    expect(decision).toMatchObject({ asking: { always: { title, offer: 'o' } } });
  });

  it('becomes a plan when it ends planning', () => {
    const decision = decideRequest(permission('switch_mode', { plan: '# Plan' }), USUAL);
    expect(decision).toMatchObject({ kind: 'ask', asking: { kind: 'plan', plan: '# Plan' } });
  });

  it.each([
    { answer: { decision: 'allow' as const }, chosen: 'once' },
    { answer: { decision: 'allow' as const, always: true }, chosen: 'always' },
    { answer: { decision: 'deny' as const }, chosen: 'no' },
  ])('is answered under the id of the agent: $answer', ({ answer, chosen }) => {
    const asked = decideRequest(permission('edit'), { ...USUAL, policy: 'ask' });
    if (asked.kind !== 'ask') throw new Error('not asked');
    const request = { id: 'run:7', ...asked.asking, openedAt: '', expiresAt: '' };
    expect(JSON.parse(answerLine(7, request, answer))).toEqual({
      jsonrpc: '2.0',
      id: 7,
      result: { outcome: { outcome: 'selected', optionId: chosen } },
    });
  });
});

describe('a form', () => {
  const fields = {
    color: {
      type: 'string',
      title: 'Color',
      oneOf: [
        { const: 'r', title: 'Red' },
        { const: 'b', title: 'Blue' },
      ],
    },
    sizes: { type: 'array', description: 'Which sizes?', items: { enum: ['s', 'm', 'l'] } },
    count: { type: 'integer', description: 'How many?' },
    gift: { type: 'boolean', description: 'A gift?' },
  };

  it('is asked field by field, and its answers are what the fields stand for', () => {
    const asked = decideRequest(form(fields), USUAL);
    if (asked.kind !== 'ask') throw new Error('not asked');
    expect(asked.asking).toMatchObject({
      kind: 'question',
      tool: 'elicitation',
      questions: [
        {
          id: 'color',
          header: 'Color',
          question: 'Please choose.',
          multiSelect: false,
          options: [
            { label: 'r', description: 'Red' },
            { label: 'b', description: 'Blue' },
          ],
        },
        { id: 'sizes', question: 'Which sizes?', multiSelect: true },
        { id: 'count', options: [] },
        { id: 'gift', options: [{ label: 'true' }, { label: 'false' }] },
      ],
    });
    const request = { id: 'run:7', ...asked.asking, openedAt: '', expiresAt: '' };
    const answers = { 'Please choose.': 'Blue', sizes: 's, l', 'How many?': '3', gift: 'yes' };
    expect(JSON.parse(answerLine(8, request, { decision: 'allow', answers }))).toMatchObject({
      id: 8,
      result: { action: 'accept', content: { color: 'b', sizes: ['s', 'l'], count: 3, gift: true } },
    });
    expect(JSON.parse(answerLine(8, request, { decision: 'deny' }))).toMatchObject({
      result: { action: 'decline' },
    });
  });

  it.each<{ given: Partial<Given>; outcome: string }>([
    { given: {}, outcome: 'accept' },
    { given: { isPlanning: true }, outcome: 'decline' },
    { given: { isInterrupted: true }, outcome: 'cancel' },
    { given: { policy: 'ask' }, outcome: 'ask' },
  ])('without fields is a permission ($given)', ({ given, outcome }) => {
    const decision = decideRequest(form({}), { ...USUAL, ...given });
    expect(decision.kind === 'answer' ? actionIn(decision.line) : decision.kind).toBe(outcome);
  });

  it('that is a page to be visited is refused, because nobody said that this can be done', () => {
    const params = { mode: 'url', url: 'https://example.com', message: 'Visit.' };
    expect(decideRequest({ ...form({}), params }, USUAL)).toEqual({
      kind: 'answer',
      line: refusalLine(8, 'elicitation/create'),
    });
  });
});

it('refuses what an agent asks that nobody offered', () => {
  expect(decideRequest({ ...permission('edit'), method: 'fs/read_text_file' }, USUAL)).toEqual({
    kind: 'answer',
    line: refusalLine(7, 'fs/read_text_file'),
  });
});

function permission(kind: string, rawInput?: object, options: object[] = OPTIONS): FrameOf<'request'> {
  const toolCall = { toolCallId: 't1', title: 'Write x', kind, ...(rawInput ? { rawInput } : {}) };
  const params = { sessionId: 's1', toolCall, options };
  return { kind: 'request', id: 7, method: 'session/request_permission', params };
}

function chosenIn(line: string): string {
  const { result } = JSON.parse(line) as { result: { outcome: { outcome: string; optionId?: string } } };
  return result.outcome.optionId ?? result.outcome.outcome;
}

function form(properties: object): FrameOf<'request'> {
  const params = { mode: 'form', message: 'Please choose.', requestedSchema: { type: 'object', properties } };
  return { kind: 'request', id: 8, method: 'elicitation/create', params };
}

function actionIn(line: string): string {
  return (JSON.parse(line) as { result: { action: string } }).result.action;
}
