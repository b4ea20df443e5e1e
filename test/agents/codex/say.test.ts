import { describe, expect, it } from 'vitest';
import { say, sayPart } from '../../../src/agents/codex/say.ts';
import type { AgentEvent } from '../../../src/contract/agent-event.ts';
import { sayBriefly } from '../../support/say-briefly.ts';
import { replay } from './replay.ts';

const COMMAND = 'tool call_A: exec_command python3 -c "import time;time.sleep…';

/** What people read of each recording. */
const READS: Record<string, string[]> = {
  interrupt: [
    'user: slow',
    'text: w0 w',
    'user: bash',
    COMMAND,
    'result call_A: ',
    'user: after',
    'text: ok:after',
  ],
  steer: [
    'user: bash',
    COMMAND,
    'result call_A: hi\n',
    'user: steered',
    'user: second start while active',
    'text: ok:second start while active',
  ],
  'error-500': ['user: hello', 'failure: We’re currently experiencing high demand, which may…'],
  'plan-mode': [
    'user: make plan',
    'plan: # Plan\n\n- step a\n- step b\n',
    'text: Here it is.\n',
    'user: upd',
    'text: done [out] "unsupported call: update_plan"',
  ],
  'sub-agent': [
    'user: spawn',
    'tool call_fake_2: codex.subAgentActivity {"type":"subAgentAc…',
    'tool call_fake_4: wait {"tool":"wait","status":"inProgress",…',
    'text: child says hi',
    'tool subagent-completed-01a2035c-5f92-7fb1-a9bd-539d03216cdc…',
    'result call_fake_4: ',
    'text: parent done "agent path `/root/sub1` already exists"',
  ],
};

describe('what Codex said', () => {
  it.each(Object.entries(READS))('reads in %s as people would tell it', (name, read) => {
    expect(sayBriefly(replay(name).events)).toEqual(read);
  });

  it('shows a patch as what it changes, and names its files', () => {
    const [call] = replay('basic-plan-patch')
      .events.flatMap(say)
      .filter(({ kind }) => kind === 'tool');
    const patch = '*** Begin Patch\n*** Add File: /home/ubuntu/workspaces/demo/x.txt\n+hello\n*** End Patch';

    expect(call).toEqual({
      kind: 'tool',
      id: 'call_P',
      name: 'apply_patch',
      work: 'edit',
      subject: '/home/ubuntu/workspaces/demo/x.txt',
      input: patch,
      diff: patch,
    });
  });

  it('knows of a result whether it failed: by its exit code, or its status', () => {
    const output = (fields: object) => say(item({ type: 'function_call_output', call_id: 'c', ...fields }));
    const json = (value: object) => output({ output: JSON.stringify(value) });

    expect([
      output({ output: 'no', metadata: { exit_code: 2 } }),
      json({ output: 'no', metadata: { exit_code: 1 } }),
      json({ output: [{ type: 'text', text: 'yes' }], metadata: { status: 'completed' } }),
      json({ output: 'no', metadata: { status: 'failed' } }),
      output({ output: '{"output":"printed by the command"}', metadata: { exit_code: 0 } }),
    ]).toMatchObject([
      [{ text: 'no', isError: true, exitCode: 2 }],
      [{ text: 'no', isError: true, exitCode: 1 }],
      [{ text: 'yes', isError: false }],
      [{ text: 'no', isError: true }],
      [{ text: '{"output":"printed by the command"}', isError: false }],
    ]);
  });

  it('tells an image, notices and thinking as such', () => {
    const images = ['data:image/png;base64,AA==', '/tmp/some.jpg'];

    expect([
      say(message({ type: 'user_message', message: 'Look.', images })),
      say(message({ type: 'warning', message: 'Careful.' })),
      say(message({ type: 'context_compacted' })),
      say(message({ type: 'agent_reasoning', text: 'Hm.' })),
    ]).toEqual([
      [
        { kind: 'user', text: 'Look.' },
        { kind: 'image', text: 'image/png', url: 'data:image/png;base64,AA==' },
        { kind: 'image', text: 'image' },
      ],
      [{ kind: 'notice', text: 'Careful.' }],
      [{ kind: 'notice', text: 'The conversation so far was summarized.' }],
      [{ kind: 'thinking', text: 'Hm.' }],
    ]);
  });

  it('is nothing in what only programs care about, whatever its shape', () => {
    const odd = [message({ type: 'token_count' }), item({ type: 'message', role: 'developer' }), item({})];

    expect(odd.flatMap(say)).toEqual([]);
  });
});

describe('what Codex is writing', () => {
  it('grows by pieces of text and of a plan', () => {
    const parts = replay('plan-mode').partials.map(sayPart);

    expect(parts.slice(0, 4)).toEqual([
      { kind: 'text', text: 'Here it is.\n' },
      { kind: 'text', text: '# Plan\n\n' },
      { kind: 'text', text: '- step a\n- s' },
      { kind: 'text', text: 'tep b\n' },
    ]);
    expect(sayPart(message({ type: 'agent_reasoning_delta', delta: 'Hm' }))).toEqual({
      kind: 'thinking',
      text: 'Hm',
    });
  });
});

function message(payload: Record<string, unknown>): AgentEvent {
  return { timestamp: '2026-01-01T00:00:00.000Z', type: 'event_msg', payload };
}

function item(payload: Record<string, unknown>): AgentEvent {
  return { timestamp: '2026-01-01T00:00:00.000Z', type: 'response_item', payload };
}
