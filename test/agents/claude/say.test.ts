import { timed } from '../../../src/agents/facts.ts';
import { describe, expect, it } from 'vitest';
import { say, sayPart } from '../../../src/agents/claude/say.ts';
import type { AgentEvent } from '../../../src/contract/agent-event.ts';
import { sayBriefly } from '../../support/say-briefly.ts';
import { replay } from './replay.ts';

const SLEEP = 'python3 -c "import time;time.sleep(20)"; echo hi';

/** What people read of each recording. */
const READS: Record<string, string[]> = {
  basic: [
    'user: first msg',
    'text: Hello world answer for reminder>\n\nfirst msg',
    'user: second msg',
    'text: Hello world answer for eminder>\n\nsecond msg',
  ],
  'api-529-retry': ['user: hello', 'text: recovered'],
  'interrupt-tool': [
    'user: bash',
    `tool toolu_bm6n4rp: Bash ${SLEEP}`.slice(0, 60) + '…',
    "failed toolu_bm6n4rp: The user doesn't want to proceed with …",
    'notice: Request interrupted by user for tool use',
    'user: after',
    'text: ok:after',
  ],
  'kill-midtool-resume': [
    'user: bash',
    `tool toolu_bveww8z: Bash ${SLEEP}`.slice(0, 60) + '…',
    'user: continue please',
    'text: ok:continue please',
  ],
  'oauth-401-not-fixed': [
    'user: one',
    'text: ok:one',
    'user: two: revoked, file fixed 3s later',
    'text: Failed to authenticate. API Error: 401 OAuth token has…',
    'failure: Failed to authenticate. API Error: 401 OAuth token …',
  ],
};

describe('what Claude Code said', () => {
  it.each(Object.entries(READS))('reads in %s as people would tell it', (name, read) => {
    const { steps } = replay(name);

    expect(sayBriefly(steps.flatMap(({ said: told = [] }) => timed(told, new Date(0))))).toEqual(read);
  });

  it('shows what a new file holds and what an edit replaces', () => {
    const { steps } = replay('permission-interrupted');
    const [call] = steps
      .flatMap(({ said: told = [] }) => timed(told, new Date(0)))
      .flatMap(say)
      .filter(({ kind }) => kind === 'tool');

    expect(call).toEqual({
      kind: 'tool',
      id: 'toolu_wliva',
      name: 'Write',
      work: 'edit',
      subject: '/home/ubuntu/workspaces/demo/x.txt',
      input: { file_path: '/home/ubuntu/workspaces/demo/x.txt', content: 'hi' },
      diff: '+hi',
    });
    expect(
      say(
        assistant({ type: 'tool_use', id: 't', name: 'Edit', input: { old_string: 'x', new_string: 'y\n' } }),
      ),
    ).toMatchObject([{ diff: '-x\n+y' }]);
  });

  it('shows of a result the patch that the tool reports', () => {
    const event = said('claude-user', {
      message: {
        content: [{ type: 'tool_result', tool_use_id: 't', content: [{ type: 'text', text: 'Ok.' }] }],
      },
      tool_use_result: { structuredPatch: [{ oldStart: 1, newStart: 2, lines: ['-x', '+y'] }] },
    });

    expect(say(event)).toEqual([
      { kind: 'result', toolId: 't', text: 'Ok.', isError: false, diff: '@@ -1 +2 @@\n-x\n+y' },
    ]);
  });

  it('knows of a command the code with which it ended, where one is told', () => {
    const ended = (content: string, told: unknown, isError = false) =>
      say(
        said('claude-user', {
          message: { content: [{ type: 'tool_result', tool_use_id: 't', content, is_error: isError }] },
          tool_use_result: told,
        }),
      ).map((saying) => saying.kind === 'result' && saying.exitCode);
    const printed = { stdout: '', stderr: '', interrupted: false };

    expect([
      ended('fine', printed),
      ended('Exit code 2\nno', 'Error: Exit code 2', true),
      ended('No matches found', { ...printed, returnCodeInterpretation: 'No matches found' }),
      ended('goes on', { ...printed, backgroundTaskId: 'b1' }),
      ended('of a file', { type: 'text' }),
    ]).toEqual([[0], [2], [undefined], [undefined], [undefined]]);
  });

  it('names a tool of an MCP server by both, and tells the pictures that it gave', () => {
    const call = assistant({ type: 'tool_use', id: 't', name: 'mcp__browser__take_picture', input: {} });
    const picture = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } };
    const given = { type: 'tool_result', tool_use_id: 't', content: [picture] };

    expect(say(call)).toMatchObject([{ name: 'browser › take_picture', work: 'mcp', diff: null }]);
    expect(say(said('claude-user', { message: { content: [given] } }))).toMatchObject([
      { kind: 'result', text: '' },
      { kind: 'image', url: 'data:image/png;base64,AA==' },
    ]);
  });

  it.each(['constructor', '__proto__'])('takes a tool called %s for any other', (name) => {
    const call = assistant({ type: 'tool_use', id: 't', name, input: {} });
    expect(say(call)).toMatchObject([{ name, work: 'other' }]);
  });

  it('tells of a sub-agent in the background that it works, not what the model is to do about it', () => {
    const content = 'Async agent launched successfully. (internal metadata: never quote it)';

    expect(
      say(
        said('claude-user', {
          message: { content: [{ type: 'tool_result', tool_use_id: 't', content }] },
          tool_use_result: { isAsync: true, status: 'async_launched' },
        }),
      ),
    ).toMatchObject([{ kind: 'result', text: 'It works in the background.' }]);
  });

  it('tells a command of its own as it was given, and what that printed', () => {
    const texts = [
      '<command-name>/context</command-name>\n<command-message>context</command-message>\n<command-args>all</command-args>',
      '<local-command-stdout>3k tokens</local-command-stdout>',
    ];

    expect(texts.flatMap((text) => say(said('claude-user', { message: { content: text } })))).toEqual([
      { kind: 'user', text: '/context all' },
      { kind: 'notice', text: '3k tokens' },
    ]);
  });

  it('tells an image, and thinking as such', () => {
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } };

    expect(say(said('claude-user', { message: { content: [image] } }))).toEqual([
      { kind: 'image', text: 'image/png', url: 'data:image/png;base64,AA==' },
    ]);
    expect(say(assistant({ type: 'thinking', thinking: 'Hm.' }))).toEqual([
      { kind: 'thinking', text: 'Hm.' },
    ]);
  });

  it.each(['stdout', 'stderr'])(
    'tells what a command of Claude Code printed as a notice, from its %s',
    (stream) => {
      const text = `<local-command-${stream}>Set model\nto opus</local-command-${stream}>`;
      const event = said('claude-user', { message: { content: [{ type: 'text', text }] } });

      expect(say(event)).toEqual([{ kind: 'notice', text: 'Set model\nto opus' }]);
    },
  );

  it('is nothing in what only programs care about, whatever its shape', () => {
    const odd = [null, 1, 'x', [], {}].flatMap((message) => say(said('claude-assistant', { message })));

    expect([...odd, ...say(said('claude-system', { subtype: 'init' }))]).toEqual([]);
  });
});

describe('what Claude Code is writing', () => {
  it('grows by pieces of text and of thinking', () => {
    const part = (delta: object) => sayPart(said('claude-stream_event', { event: { delta } }));

    expect([part({ text: 'a' }), part({ thinking: 'b' }), part({ partial_json: '{' })]).toEqual([
      { kind: 'text', text: 'a' },
      { kind: 'thinking', text: 'b' },
      null,
    ]);
  });
});

function assistant(block: object): AgentEvent {
  return said('claude-assistant', { message: { content: [block] } });
}

function said(type: string, payload: Record<string, unknown>): AgentEvent {
  return { timestamp: '2026-01-01T00:00:00.000Z', type, payload };
}
