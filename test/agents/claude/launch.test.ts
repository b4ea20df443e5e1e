import { describe, expect, it } from 'vitest';
import { environmentFor, launch } from '../../../src/agents/claude/launch.ts';
import { freshState, type ClaudeState } from '../../../src/agents/claude/state.ts';
import type { KnownSession, Launching } from '../../../src/agents/codec.ts';
import { messageOf } from './message.ts';

const SESSION: KnownSession = { id: 's', file: 'there', reason: '', notice: null, wasUsed: true };
const GONE = { state: freshState('s', null) };

function launched(changes: Partial<Launching<ClaudeState>> = {}) {
  const given = {
    runId: 'run',
    chatId: 'chat',
    policy: 'bypass' as const,
    message: messageOf({}),
    session: null,
    systemPrompt: undefined,
    environment: {},
    tokens: null,
    home: '/home',
    folder: '/home/workspaces',
    before: null,
    ...changes,
  };
  return launch(given, { agents: '/home/agents' });
}

describe('the session of a process', () => {
  const openingOf = (changes: Parameters<typeof launched>[0]) => {
    const { args, state } = launched(changes);
    return { arg: args.find((one) => /^--(?:session-id|resume)=/.test(one)), opening: state.opening };
  };

  it('is a new one under the name of the run, or the one that is there', () => {
    expect(openingOf({})).toMatchObject({ arg: '--session-id=run', opening: { isNew: true, notice: null } });
    expect(openingOf({ session: SESSION })).toMatchObject({ arg: '--resume=s', opening: { isNew: false } });
  });

  it('tells that a part of it is lost', () => {
    expect(openingOf({ session: { ...SESSION, notice: 'Part.' } }).opening?.notice).toBe('Part.');
  });

  it('is begun anew, which is told, where it cannot be resumed', () => {
    const { arg, opening } = openingOf({
      session: { ...SESSION, file: 'absent', reason: 'its file is gone' },
    });
    expect(arg).toBe('--session-id=run');
    expect(opening).toMatchObject({ isNew: true, notice: expect.stringContaining('(its file is gone)') });
  });

  it('is begun anew without a word where nothing was said in it', () => {
    const session = { ...SESSION, file: 'absent' as const, wasUsed: false };
    expect(openingOf({ session }).opening).toMatchObject({ isNew: true, notice: null });
  });

  it('is begun anew where the process before did not find it', () => {
    const before = { ...GONE.state, isConversationMissing: true };
    expect(openingOf({ session: SESSION, before })).toMatchObject({
      arg: '--session-id=run',
      opening: { notice: expect.stringContaining('the agent does not find it') },
    });
  });

  it('goes on by itself with a turn whose login was refused, in the mode of that turn', () => {
    const before = { ...GONE.state, carriesOn: true, echoed: ['u'] };
    const { args, env, state, isHeld } = launched({
      session: SESSION,
      before,
      message: messageOf({ planMode: true }),
    });
    expect(args).toContain('--permission-mode=plan');
    expect([env['CLAUDE_CODE_RESUME_INTERRUPTED_TURN'], isHeld]).toEqual(['1', true]);
    expect(state).toMatchObject({ greeting: null, echoed: ['u'], permissionMode: 'plan' });
    expect(launched({ session: { ...SESSION, file: 'absent' }, before }).state.opening?.carriesOn).toBe(
      false,
    );
  });

  it('is asked at once what it does', () => {
    const { stdin, state } = launched();
    const hello = { type: 'control_request', request_id: 'run-hello', request: { subtype: 'initialize' } };
    expect([JSON.parse(stdin), state.greeting]).toEqual([hello, 'run-hello']);
  });
});

describe('the command line', () => {
  it('bypasses permissions, or asks', () => {
    expect(launched().args).toContain('--dangerously-skip-permissions');
    const asking = launched({ policy: 'ask' }).args;
    expect(asking).toContain('--permission-mode=default');
    expect(asking).not.toContain('--dangerously-skip-permissions');
  });

  it('names model, effort and instructions only where there are any', () => {
    expect(launched().args.filter((one) => /model|system-prompt/.test(one))).toEqual([]);
    const message = messageOf({ model: '--x' });
    expect(launched({ message, systemPrompt: 'Be kind.' }).args.slice(-3)).toEqual([
      '--effort=high',
      '--model=--x',
      '--append-system-prompt=Be kind.',
    ]);
  });

  it('gives instructions that are longer than an argument may be as a file', () => {
    const systemPrompt = 'Be kind. '.repeat(20_000);
    const { args, prompt } = launched({ systemPrompt });
    expect(args.at(-1)).toMatch(/^--append-system-prompt-file=\/home\/agents\/run\//);
    expect(prompt).toBe(systemPrompt);
  });

  it.each([
    [undefined, 'high'],
    ['low', 'low'],
    ['xhigh', 'xhigh'],
    ['max', 'max'],
    ['ultra', 'max'],
    ['ultracode', 'max'],
  ] as const)('puts the thinking level %s as the effort %s', (thinkingLevel, effort) => {
    const message = messageOf(thinkingLevel === undefined ? {} : { thinkingLevel });
    expect(launched({ message }).args).toContain(`--effort=${effort}`);
  });
});

describe('the environment', () => {
  const environment = { PATH: '/bin', HOME: '/root', CLAUDECODE: '1', ANTHROPIC_API_KEY: 'k' };
  const place = { HOME: '/workspace', TMPDIR: '/tmp/x', carriesOn: false };

  it('is passed on, at home in the workspace and without a trace of another Claude Code', () => {
    expect(environmentFor(environment, { ...place, isRoot: false })).toEqual({
      PATH: '/bin',
      ANTHROPIC_API_KEY: 'k',
      HOME: '/workspace',
      TMPDIR: '/tmp/x',
      CLAUDE_CODE_EMIT_SESSION_STATE_EVENTS: '1',
      CLAUDE_CODE_STARTUP_FAILURE_RESULTS: '1',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_AUTOUPDATER: '1',
      DISABLE_TELEMETRY: '1',
      DISABLE_ERROR_REPORTING: '1',
    });
  });

  it('claims to be a sandbox only for root', () => {
    expect(environmentFor(environment, { ...place, isRoot: true })['IS_SANDBOX']).toBe('1');
  });
});
