import { describe, expect, it } from 'vitest';
import { agentProcesses } from '../../support/agent-processes.ts';
import { byPrompt, runsForever } from '../../support/scripted-turns.ts';
import { ofType, toolIsOpen, until } from '../../agents/claude/stand-in.ts';
import { openChat } from './support.ts';

describe('stopping Claude Code', () => {
  it('ends the running turn, then the process and all of its tools', async () => {
    const chat = await openChat({ script: byPrompt({ tool: runsForever() }) });
    const message = await chat.begin('tool');
    await toolIsOpen(chat);
    chat.command({ type: 'agent.stop' });
    expect((await chat.ended(message)).end?.outcome).toBe('interrupted');
    await until(() => expect(ofType(chat.facts, 'agent.exited')).toHaveLength(1));
    await until(async () => expect(await agentProcesses(chat.home)).toEqual([]));
  });

  it('is answered at once when nothing runs', async () => {
    const chat = await openChat({ script: byPrompt({}) });
    chat.command({ type: 'agent.stop' });
    await until(() => expect(ofType(chat.facts, 'agent.exited')).toHaveLength(1));
  });
});
