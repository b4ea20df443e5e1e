import { describe, expect, it } from 'vitest';
import { say, sayPart } from '../../../src/agents/acp/say.ts';
import type { AgentEvent } from '../../../src/contract/agent-event.ts';

const text = (words: string) => ({ type: 'text', text: words });

describe('what an ACP agent said', () => {
  it('is what the user said, text and thinking, with the kinds of images', () => {
    const image = { type: 'image', mimeType: 'image/png', data: 'AA==' };

    expect([
      said('acp-user_message', { content: [text('Look.'), image] }),
      said('acp-agent_thought', { content: [text('Hm.')] }),
      said('acp-agent_message', { content: [text('One'), text('two')] }),
      said('acp-notice', { title: 'Begun anew.' }),
    ]).toEqual([
      [
        { kind: 'user', text: 'Look.' },
        { kind: 'image', text: 'image/png', url: 'data:image/png;base64,AA==' },
      ],
      [{ kind: 'thinking', text: 'Hm.' }],
      [{ kind: 'text', text: 'One\ntwo' }],
      [{ kind: 'notice', text: 'Begun anew.' }],
    ]);
  });

  it('is a plan as a list of tasks', () => {
    const entries = [
      { content: 'Read', status: 'completed' },
      { content: 'Write', status: 'in_progress' },
      { content: 'Test', status: 'pending' },
    ];

    expect(said('acp-plan', { entries })).toEqual([
      { kind: 'plan', text: '- [x] Read\n- [~] Write\n- [ ] Test' },
    ]);
  });

  it('is a call of a tool, with its title or what its input tells', () => {
    const call = { toolCallId: 'c', kind: 'execute', rawInput: { command: ['npm', 'test'] } };

    expect([
      said('acp-tool_call', { ...call, title: 'Run tests' }),
      said('acp-tool_call', { toolCallId: 'c', rawInput: call.rawInput }),
    ]).toEqual([
      [
        {
          kind: 'tool',
          id: 'c',
          name: 'execute',
          work: 'command',
          subject: 'Run tests',
          input: call.rawInput,
          diff: null,
        },
      ],
      [
        {
          kind: 'tool',
          id: 'c',
          name: 'tool',
          work: 'other',
          subject: 'npm test',
          input: call.rawInput,
          diff: null,
        },
      ],
    ]);
  });

  it('is the result of a tool once that ended, with what it changed', () => {
    const content = [
      { type: 'content', content: text('Done.') },
      { type: 'diff', path: '/a.md', oldText: 'x\n', newText: 'y\nz' },
    ];

    expect([
      said('acp-tool_call_update', { toolCallId: 'c', status: 'in_progress', content }),
      said('acp-tool_call_update', { toolCallId: 'c', status: 'failed', content: [] }),
      said('acp-tool_call_update', { toolCallId: 'c', status: 'completed', content }),
    ]).toEqual([
      [],
      [{ kind: 'result', toolId: 'c', text: '', isError: true, diff: null }],
      [
        {
          kind: 'result',
          toolId: 'c',
          text: 'Done.\n',
          isError: false,
          diff: '--- /a.md\n-x\n+y\n+z',
        },
      ],
    ]);
  });

  it('is call and result at once when a tool is told of at its end', () => {
    const sayings = said('acp-tool_call', { toolCallId: 'c', title: 'Read', status: 'completed' });

    expect(sayings.map(({ kind }) => kind)).toEqual(['tool', 'result']);
  });

  it('is nothing in what only programs care about', () => {
    expect([...said('acp-usage_update', {}), ...said('acp-agent_message', {})]).toEqual([]);
  });
});

describe('what an ACP agent is writing', () => {
  it('grows by chunks of text and of thinking', () => {
    const part = (type: string) => sayPart(event(type, { content: text('a') }));

    expect([part('acp-agent_message_chunk'), part('acp-agent_thought_chunk'), part('acp-plan')]).toEqual([
      { kind: 'text', text: 'a' },
      { kind: 'thinking', text: 'a' },
      null,
    ]);
  });
});

function said(type: string, payload: Record<string, unknown>) {
  return say(event(type, payload));
}

function event(type: string, payload: Record<string, unknown>): AgentEvent {
  return { timestamp: '2026-01-01T00:00:00.000Z', type, payload };
}
