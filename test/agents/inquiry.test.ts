import { describe, expect, it } from 'vitest';
import { createAcpCodec } from '../../src/agents/acp/codec.ts';
import { freshState as freshAcp } from '../../src/agents/acp/state.ts';
import { createClaudeCodec } from '../../src/agents/claude/codec.ts';
import { freshState as freshClaude } from '../../src/agents/claude/state.ts';
import type { AgentCodec } from '../../src/agents/codec.ts';
import { createCodexCodec } from '../../src/agents/codex/codec.ts';
import { freshState as freshCodex } from '../../src/agents/codex/state.ts';
import type { Inquiry, Offers, Topic } from '../../src/agents/inquiry.ts';
import type { Moment } from '../../src/agents/step.ts';

const NOW = new Date('2026-01-01T00:00:00.000Z');
const MOMENT: Moment = { now: NOW, runId: 'r', policy: 'bypass', openedAt: 0 };
const paths = { home: '/home', workspaces: '/w', agents: '/agents', plans: [] };

describe('Claude Code, asked about itself,', () => {
  const codec = createClaudeCodec(paths, () => ({}));
  const asked = (topic: Topic, answer: object) =>
    ask(codec, { topic, state: freshClaude(null, null), answers: () => success(answer) });

  it('tells commands with their slash, but none that are for programs', () => {
    const commands = [
      { name: 'review', description: 'Reviews.', argumentHint: '[file]' },
      { name: 'clear', description: 'Starts anew.', argumentHint: '' },
      { name: '__remote', description: 'For programs.' },
    ];
    expect(asked('commands', { commands })).toMatchObject({
      lines: ['initialize'],
      offer: [
        { command: '/review', description: 'Reviews.', argumentHint: '[file]' },
        { command: '/clear', description: 'Starts anew.' },
      ],
    });
  });

  it('tells models with the levels that have a name here', () => {
    const models = [
      {
        value: 'default',
        resolvedModel: 'opus-5',
        displayName: 'Default',
        supportedEffortLevels: ['low', 'x'],
      },
      { value: 'haiku', displayName: 'Haiku' },
    ];
    expect(asked('models', { models }).offer).toEqual([
      { id: 'default', name: 'Default', levels: ['low'], isDefault: true, alias: 'opus-5' },
      { id: 'haiku', name: 'Haiku', levels: [], isDefault: false, alias: undefined },
    ]);
  });

  it('tells how each server stands, and that it may change as long as one connects', () => {
    const mcpServers = [
      { name: 'a', status: 'connected', tools: [{ name: 'look' }] },
      { name: 'b', status: 'needs-auth' },
      { name: 'c', status: 'failed', error: 'ENOENT' },
      { name: 'd', status: 'pending' },
      { name: 'e', status: 'disabled' },
    ];
    const { offer, isSettling } = asked('mcp', { mcpServers });
    expect(isSettling).toBe(true);
    expect(offer).toEqual([
      { name: 'a', state: 'connected', tools: ['look'], error: null, loginNeeded: false },
      { name: 'b', state: 'failed', tools: [], error: null, loginNeeded: true },
      { name: 'c', state: 'failed', tools: [], error: 'ENOENT', loginNeeded: false },
      { name: 'd', state: 'connecting', tools: [], error: null, loginNeeded: false },
      { name: 'e', state: 'disabled', tools: [], error: null, loginNeeded: false },
    ]);
  });
});

describe('Codex, asked about itself,', () => {
  const codec = createCodexCodec(paths as never);
  const state = { ...freshCodex(), opening: { step: 'thread' as const, isAsked: false }, folder: '/w' };
  const asked = (topic: Topic, results: Record<string, object>) =>
    ask(codec, { topic, state, answers: ({ method }) => ({ result: results[method ?? ''] ?? {} }) });

  it('is asked once it was greeted', () => {
    const { outcome, lines } = codec.inquiry!.commands!(freshCodex(), MOMENT);
    expect([outcome, lines]).toEqual(['waiting', undefined]);
  });

  it('tells its own commands, and the skills that are on and not called the same', () => {
    const skills = [
      { name: 'clear', description: 'Another.', enabled: true },
      { name: 'tidy', description: 'Tidies.', enabled: true },
      { name: 'off', description: 'Not now.', enabled: false },
    ];
    expect(asked('commands', { 'skills/list': { data: [{ skills }] } }).offer).toEqual([
      { command: '/compact', description: 'Puts a summary in the place of what was said so far.' },
      {
        command: '/clear',
        description: 'Begins a conversation that knows nothing of what was said so far.',
      },
      { command: '/tidy', description: 'Tidies.' },
    ]);
  });

  it.each([
    ['the one of its configuration', { model: 'older' }, 'older'],
    ['its own choice without one', {}, 'newest'],
  ])('tells models, by default %s', (_, config, expected) => {
    const data = [
      {
        model: 'newest',
        displayName: 'Newest',
        isDefault: true,
        supportedReasoningEfforts: efforts('high', 'max'),
      },
      { model: 'older', displayName: 'Older', hidden: true, supportedReasoningEfforts: efforts('low') },
    ];
    const { offer } = asked('models', { 'model/list': { data }, 'config/read': { config } });
    const models = offer as Offers['models'];
    expect(models.find(({ isDefault }) => isDefault)?.id).toBe(expected);
    expect(models[0]).toMatchObject({ id: 'newest', name: 'Newest', levels: ['high'] });
  });

  it('tells a configured model that is in no list', () => {
    const results = { 'model/list': { data: [] }, 'config/read': { config: { model: 'own' } } };
    expect(asked('models', results).offer).toEqual([{ id: 'own', name: 'own', levels: [], isDefault: true }]);
  });

  it('tells how each server stands', () => {
    const data = [
      { name: 'a', tools: { look: {} }, toolsError: null, authStatus: 'unsupported' },
      { name: 'b', tools: {}, toolsError: 'No such file', authStatus: 'unsupported' },
      { name: 'c', tools: {}, toolsError: null, authStatus: 'notLoggedIn' },
    ];
    expect(asked('mcp', { 'mcpServerStatus/list': { data } }).offer).toEqual([
      { name: 'a', state: 'connected', tools: ['look'], error: null, loginNeeded: false },
      { name: 'b', state: 'failed', tools: [], error: 'No such file', loginNeeded: false },
      { name: 'c', state: 'failed', tools: [], error: null, loginNeeded: true },
    ]);
  });
});

describe('an agent that speaks ACP, asked about itself,', () => {
  const named = { provider: 'some', title: 'Some', command: 'some', args: [] };
  const codec = createAcpCodec(named, { folder: '/w' });
  const greeted = { ...freshAcp('some'), opening: { kind: 'greeted' as const } };

  it('is asked in a session in which nothing is said, and waits for the commands it tells there', () => {
    const begun = codec.inquiry!.commands!(greeted, MOMENT);
    expect((begun.lines ?? []).map((line) => JSON.parse(line).method)).toEqual(['session/new']);
    const opened = hear(codec, begun.state, { id: 'session', result: { sessionId: 's' } });
    expect(codec.inquiry!.commands!(opened, MOMENT)).toMatchObject({ offer: [], isSettling: true });
    const availableCommands = [{ name: 'web', description: 'Looks.', input: { hint: 'what' } }];
    const update = { sessionUpdate: 'available_commands_update', availableCommands };
    const told = hear(codec, opened, { method: 'session/update', params: { sessionId: 's', update } });
    expect(codec.inquiry!.commands!(told, MOMENT)).toMatchObject({
      offer: [{ command: '/web', description: 'Looks.', argumentHint: 'what' }],
      isSettling: false,
    });
  });

  it('says why it cannot tell', () => {
    const failure = { code: 'auth', message: 'Log in.' };
    const refused = { ...greeted, opening: { kind: 'refused' as const, failure } };
    expect(codec.inquiry!.models!(refused, MOMENT)).toMatchObject({ outcome: 'failed', failure });
    expect(codec.inquiry!.mcp).toBeUndefined();
  });
});

interface Asking<State> {
  topic: Topic;
  state: State;
  answers: (line: { id: string; method?: string }) => object;
}

/** Answers every line; what was told, and what was asked for it. */
function ask<State>(codec: AgentCodec<State>, { topic, state, answers }: Asking<State>) {
  const step = codec.inquiry![topic] as (state: State, moment: Moment) => Inquiry<State, Offers[Topic]>;
  const first = step(state, MOMENT);
  const lines = (first.lines ?? []).map((line) => JSON.parse(line));
  const heard = lines.reduce<State>((known, line) => {
    const id = line.id ?? line.request_id;
    const answer = answers({ id, method: line.method });
    const framed = 'response' in answer ? withId(answer as Success, id) : { id, ...answer };
    return hear(codec, known, framed);
  }, first.state);
  const told = step(heard, MOMENT);
  if (told.outcome !== 'told') throw new Error(told.outcome);
  return { ...told, lines: lines.map((line) => line.method ?? line.request.subtype) };
}

function hear<State>(codec: AgentCodec<State>, state: State, frame: object): State {
  const step = codec.translate(state, JSON.stringify(frame), MOMENT);
  if (typeof step === 'string') throw new Error(step);
  return step.state;
}

type Success = { type: string; response: object };

function success(response: object): Success {
  return { type: 'control_response', response: { subtype: 'success', response } };
}

function withId({ response, ...rest }: Success, id: string) {
  return { ...rest, response: { ...response, request_id: id } };
}

function efforts(...names: string[]) {
  return names.map((reasoningEffort) => ({ reasoningEffort }));
}
