import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { say, useTool } from '../../../src/dev/scripted-steps.ts';
import { ofType, until } from '../../agents/claude/stand-in.ts';
import { agentProcesses } from '../../support/agent-processes.ts';
import { endProcesses, processesNaming } from '../../support/running-processes.ts';
import { byPrompt, echo, inSteps } from '../../support/scripted-turns.ts';
import { openCodexChat } from './codex-support.ts';
import { openChat } from './support.ts';

const STUBBORN = new URL('stubborn-mcp-server.mjs', import.meta.url).pathname;

describe('what an agent started besides its tools', () => {
  it('ends with a server of Codex that is killed: an MCP server that ignores everything', async () => {
    const configuration = ['[mcp_servers.stubborn]', 'command = "node"', `args = ["${STUBBORN}"]`];
    const chat = await openCodexChat({ turn: echo, configuration });
    await chat.run('first');
    await until(() => expect(stubborn(chat.home)).toHaveLength(1));
    for (const { pid } of (await agentProcesses(chat.home)).filter(({ program }) => program === 'codex'))
      process.kill(pid, 'SIGKILL');
    await until(() => expect(stubborn(chat.home)).toEqual([]));
  });

  it('ends with Claude Code: the shell of a hook that never ends, but not the service of a tool', async () => {
    const service = '(setsid tail -f /dev/null >/dev/null 2>&1 &)';
    const chat = await openChat({
      script: byPrompt({ serve: inSteps(useTool('Bash', { command: service }), say('Serving.')) }),
    });
    await mkdir(join(chat.home, '.claude'), { recursive: true });
    const command = "trap '' TERM HUP; setsid sh -c 'while :; do sleep 1; done' >/dev/null 2>&1 &";
    const hooks = { SessionStart: [{ hooks: [{ type: 'command', command }] }] };
    await writeFile(join(chat.home, '.claude', 'settings.json'), JSON.stringify({ hooks }));
    await chat.run('serve');
    await until(async () => expect(await programs(chat.home)).toContain('sleep'));
    chat.command({ type: 'agent.kill' });
    await until(() => expect(ofType(chat.facts, 'agent.exited')).toHaveLength(1));
    await until(async () => expect(await programs(chat.home)).toEqual(['tail']));
    await endProcesses(() => processesNaming(chat.home));
  });
});

async function programs(home: string): Promise<string[]> {
  return (await agentProcesses(home)).map(({ program }) => program);
}

/** Codex keeps its environment from it, but for the home. */
function stubborn(home: string): string[] {
  const isIts = (pid: string) =>
    read(pid, 'cmdline').includes('stubborn-mcp-server') && read(pid, 'environ').includes(home);
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isIts(name));
}

function read(pid: string, file: 'cmdline' | 'environ'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return ''; // it is gone
  }
}
