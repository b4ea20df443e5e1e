import { describe, expect, it } from 'vitest';
import { argumentsFor, environmentFor } from '../../../src/agents/claude/command.ts';
import { effortOf } from '../../../src/agents/claude/effort.ts';
import { settingLines, userLine } from '../../../src/agents/claude/lines.ts';

const TURN = { turnId: 'u1', text: 'hello\nworld', images: [] };

function parse(lines: string): unknown[] {
  expect(lines.endsWith('\n')).toBe(true);
  return lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

describe('the lines of a message', () => {
  it('are one when nothing is to be set', () => {
    expect(parse(userLine(TURN))).toEqual([
      {
        type: 'user',
        message: { role: 'user', content: 'hello\nworld' },
        parent_tool_use_id: null,
        session_id: '',
        uuid: 'u1',
      },
    ]);
  });

  it('are preceded by those that change a setting', () => {
    const lines = settingLines({ turnId: 'u1', model: 'm', effort: 'max', mode: 'plan' });
    expect(lines.flatMap(parse)).toEqual([
      { type: 'control_request', request_id: 'u1-model', request: { subtype: 'set_model', model: 'm' } },
      {
        type: 'control_request',
        request_id: 'u1-effort',
        request: { subtype: 'apply_flag_settings', settings: { effortLevel: 'max' } },
      },
      {
        type: 'control_request',
        request_id: 'u1-mode',
        request: { subtype: 'set_permission_mode', mode: 'plan' },
      },
    ]);
    expect(settingLines({ turnId: 'u1' })).toEqual([]);
  });

  it("go back to the agent's own model by its name for that", () => {
    const lines = settingLines({ turnId: 'u1', model: null });
    expect(lines.flatMap(parse)).toMatchObject([{ request: { model: 'default' } }]);
  });

  it('carry images after the text, or alone', () => {
    const image = { type: 'image' as const, source: { type: 'url' as const, url: 'http://x/y.png' } };
    const contentOf = (text: string) =>
      (parse(userLine({ turnId: 'u1', text, images: [image] }))[0] as { message: { content: unknown } })
        .message.content;
    expect(contentOf('look')).toEqual([{ type: 'text', text: 'look' }, image]);
    expect(contentOf('')).toEqual([image]);
  });
});

describe('the command line', () => {
  const options = {
    sessionId: 's',
    start: 'new' as const,
    policy: 'bypass' as const,
    effort: 'high' as const,
    model: null,
  };

  it('starts a session, or resumes it', () => {
    expect(argumentsFor(options)).toContain('--session-id=s');
    expect(argumentsFor({ ...options, start: 'resume' })).toContain('--resume=s');
  });

  it('bypasses permissions, or asks', () => {
    expect(argumentsFor(options)).toContain('--dangerously-skip-permissions');
    const asking = argumentsFor({ ...options, policy: 'ask' });
    expect(asking).toContain('--permission-mode=default');
    expect(asking).not.toContain('--dangerously-skip-permissions');
  });

  it('names model, effort and instructions only where there are any', () => {
    expect(argumentsFor(options).filter((one) => /model|system-prompt/.test(one))).toEqual([]);
    expect(argumentsFor({ ...options, model: '--x', systemPrompt: 'Be kind.' }).slice(-3)).toEqual([
      '--effort=high',
      '--model=--x',
      '--append-system-prompt=Be kind.',
    ]);
  });
});

describe('the environment', () => {
  const env = { PATH: '/bin', HOME: '/root', CLAUDECODE: '1', ANTHROPIC_API_KEY: 'k' };
  const place = { env, home: '/workspace', temporaryFolder: '/tmp/x' };

  it('is passed on, at home in the workspace and without a trace of another Claude Code', () => {
    expect(environmentFor({ ...place, isRoot: false })).toEqual({
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
    expect(environmentFor({ ...place, isRoot: true })['IS_SANDBOX']).toBe('1');
  });
});

describe('the effort', () => {
  it.each([
    [undefined, 'high'],
    ['low', 'low'],
    ['xhigh', 'xhigh'],
    ['max', 'max'],
    ['ultra', 'max'],
    ['ultracode', 'max'],
  ] as const)('for %s is %s', (level, effort) => {
    expect(effortOf(level)).toBe(effort);
  });
});
