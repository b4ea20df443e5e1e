import { describe, expect, it } from 'vitest';
import { prepare } from '../../../src/agents/claude/prepare.ts';
import { freshState, type ClaudeState } from '../../../src/agents/claude/state.ts';
import type { QueuedMessage } from '../../../src/contract/records.ts';
import type { Image } from '../../../src/contract/messages.ts';
import { messageOf } from './message.ts';
import { MOMENT, read } from './replay.ts';

const LAUNCHED: ClaudeState = {
  ...freshState('s', 'bypassPermissions'),
  opening: { isNew: true, notice: 'Gone.', carriesOn: false },
  settings: { model: null, effort: 'high' },
};
const USED: ClaudeState = { ...LAUNCHED, opening: null };

function prepared(
  state: ClaudeState,
  changes: Partial<QueuedMessage> = {},
  { text = 'hello\nworld', images = [] }: { text?: string; images?: Image[] } = {},
) {
  const wanted = { message: messageOf(changes), text, images };
  return prepare(state, wanted, MOMENT);
}

const settingOf = (id: string, request: object) => ({ type: 'control_request', request_id: id, request });
const response = (id: string, error?: string) => ({
  type: 'control_response',
  response: { subtype: error === undefined ? 'success' : 'error', request_id: id, error },
});

describe('a message', () => {
  it('waits until its process has said that it is there', () => {
    const waiting = prepared({ ...LAUNCHED, greeting: 'hello' });
    expect(waiting).toEqual({ state: { ...LAUNCHED, greeting: 'hello' }, outcome: 'waiting' });
  });

  it('is ready as a line at once when nothing is to be set', () => {
    const line = {
      type: 'user',
      message: { role: 'user', content: 'hello\nworld' },
      parent_tool_use_id: null,
      session_id: '',
      uuid: 'u',
    };
    const note = { model: null, effort: 'high', start: 'new', isEchoed: false, carriesOn: false };
    const place = { outcome: 'ready', sessionId: 's', isNew: true, notice: 'Gone.', note };
    expect(prepared(LAUNCHED)).toEqual({ state: LAUNCHED, line: `${JSON.stringify(line)}\n`, ...place });
  });

  it('keeps for whoever takes it up that the process was used before, and that it was echoed', () => {
    const ready = prepared({ ...USED, echoed: ['u'] });
    expect(ready).toMatchObject({ isNew: false, notice: null, note: { start: 'none', isEchoed: true } });
  });

  it('carries images after the text, or alone', () => {
    const image: Image = { type: 'image', source: { type: 'url', url: 'http://x/y.png' } };
    const contentOf = (text: string) => {
      const ready = prepared(USED, {}, { text, images: [image] });
      const line: unknown = ready.outcome === 'ready' ? JSON.parse(ready.line) : null;
      return (line as { message: { content: unknown } }).message.content;
    };
    expect(contentOf('look')).toEqual([{ type: 'text', text: 'look' }, image]);
    expect(contentOf('')).toEqual([image]);
  });

  it('is none where the process goes on by itself', () => {
    const carrying = { ...LAUNCHED, opening: { isNew: false, notice: null, carriesOn: true } };
    expect(prepared(carrying)).toMatchObject({ outcome: 'ready', line: '', note: { carriesOn: true } });
  });

  it('needs another process where this one did not find the session', () => {
    expect(prepared({ ...LAUNCHED, isConversationMissing: true }).outcome).toBe('unfit');
  });
});

describe('the settings of a message', () => {
  const wishes = { model: 'm', thinkingLevel: 'max', planMode: true } as const;

  it('are asked for where the process has others, and made when that is answered', () => {
    const { lines, state, outcome } = prepared(USED, wishes);
    expect(lines?.map((line) => JSON.parse(line) as unknown)).toEqual([
      settingOf('u-model', { subtype: 'set_model', model: 'm' }),
      settingOf('u-effort', { subtype: 'apply_flag_settings', settings: { effortLevel: 'max' } }),
      settingOf('u-mode', { subtype: 'set_permission_mode', mode: 'plan' }),
    ]);
    expect([outcome, prepared(state, wishes).outcome]).toEqual(['waiting', 'waiting']);
    const answers = [response('u-model'), response('u-effort'), response('u-mode')];
    const made = read(state, ...answers).state;
    expect(made).toMatchObject({ settings: { model: 'm', effort: 'max' }, permissionMode: 'plan' });
    expect(prepared(made, wishes)).toMatchObject({ outcome: 'ready', note: { model: 'm', effort: 'max' } });
  });

  it("go back to the agent's own model by its name for that", () => {
    const { lines } = prepared({ ...USED, settings: { model: 'm', effort: 'high' } });
    expect(lines?.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { request: { model: 'default' } },
    ]);
  });

  it.each([
    ['model', 'model_not_found'],
    ['mode', 'agent_error'],
  ])('end the message when the %s is refused: %s', (name, code) => {
    const asked = prepared(USED, wishes).state;
    const refused = read(asked, response(`u-${name}`, 'No.')).state;
    expect(prepared(refused, wishes)).toMatchObject({
      outcome: 'failed',
      failure: { code, message: 'No.' },
      state: { preparing: null },
    });
  });

  it('let the message go on when only the effort is refused', () => {
    const asked = prepared(USED, { thinkingLevel: 'max' }).state;
    const refused = read(asked, response('u-effort', 'No.')).state;
    expect(prepared(refused, { thinkingLevel: 'max' }).outcome).toBe('ready');
  });

  it('have the skills read again for a command, in a process that was used', () => {
    const command = { text: '/greet Ada' };
    expect(prepared(LAUNCHED, {}, command).outcome).toBe('ready');
    const { lines, state } = prepared(USED, {}, command);
    expect(lines?.map((line) => JSON.parse(line) as unknown)).toEqual([
      settingOf('u-skills', { subtype: 'reload_skills' }),
    ]);
    for (const answer of [response('u-skills'), response('u-skills', 'Unknown.')]) {
      const told = read(state, answer).state;
      expect(prepared(told, {}, command)).toMatchObject({ outcome: 'ready', state: USED });
    }
  });

  it('are asked for again by the next message where an answer is still to come', () => {
    const asked = prepared(USED, { model: 'm' }).state;
    const next = prepared(asked, { turnId: 'v' });
    expect(next.lines?.map((line) => JSON.parse(line) as unknown)).toEqual([
      settingOf('v-model', { subtype: 'set_model', model: 'default' }),
    ]);
    expect(read(next.state, response('u-model')).state).toEqual(next.state);
  });
});
