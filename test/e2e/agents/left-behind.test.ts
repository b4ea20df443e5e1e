import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { say, useTool } from '../../../src/dev/scripted-steps.ts';
import { ofType, until } from '../../agents/claude/stand-in.ts';
import { agentProcesses } from '../../support/agent-processes.ts';
import type { EngineClient } from '../../support/engine-client.ts';
import { endProcesses, killAll, processesNaming } from '../../support/running-processes.ts';
import { byPrompt, echo, inSteps } from '../../support/scripted-turns.ts';
import { openCodexChat } from './codex-support.ts';
import { createChat, processesOf, PROVIDERS, startMixedWorkspace } from './mixed-workspace.ts';
import { openChat } from './support.ts';

const STUBBORN = new URL('stubborn-mcp-server.mjs', import.meta.url).pathname;
const SERVER = 'stubborn-mcp-server';
const HOOK = 'endless-hook';

describe('what an agent started besides its tools', () => {
  it('ends with a server of Codex that is killed: an MCP server that ignores everything', async () => {
    const configuration = ['[mcp_servers.stubborn]', 'command = "node"', `args = ["${STUBBORN}"]`];
    const chat = await openCodexChat({ turn: echo, configuration });
    await chat.run('first');
    await until(() => expect(besides(chat.home)).toEqual([SERVER]));
    killAll((await agentProcesses(chat.home)).filter(({ program }) => program === 'codex'));
    await until(() => expect(besides(chat.home)).toEqual([]));
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

it.each(PROVIDERS)(
  'a stubborn MCP server and an endless hook of %s end with the agent, with the chat, and with the engine',
  async (provider) => {
    const { client, home, engine } = await startAmongStubborn();
    const companions = companionsOf(provider);

    await greet(client, provider);
    await until(() => expect(besides(home)).toEqual(companions));
    killAll(await processesOf(provider, home));
    await until(() => expect(besides(home)).toEqual([]));

    const chatId = await greet(client, provider);
    await until(() => expect(besides(home)).toEqual(companions));
    await until(async () => expect([200, 404]).toContain((await client.delete(`/chats/${chatId}`)).status));
    await until(() => expect(besides(home)).toEqual([]));

    await greet(client, provider);
    await until(() => expect(besides(home)).toEqual(companions));
    expect(await engine().end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(besides(home)).toEqual([]);
  },
);

/** An engine whose agents are configured to start what does not end by itself. */
async function startAmongStubborn() {
  const workspace = await startMixedWorkspace({
    configuration: ['[mcp_servers.stubborn]', 'command = "node"', `args = ["${STUBBORN}"]`],
  });
  const { home } = workspace;
  const server = { type: 'stdio', command: 'node', args: [STUBBORN] };
  await writeFile(join(home, '.claude.json'), JSON.stringify({ mcpServers: { stubborn: server } }));
  const endless = `sh -c 'trap "" TERM HUP; while :; do sleep 1; done' ${HOOK} >/dev/null 2>&1 &`;
  const hooks = [endless, `setsid ${endless}`].map((command) => ({ type: 'command', command }));
  await mkdir(join(home, '.claude'), { recursive: true });
  await writeFile(
    join(home, '.claude', 'settings.json'),
    JSON.stringify({ hooks: { SessionStart: [{ hooks }] } }),
  );
  return workspace;
}

async function greet(client: EngineClient, provider: string): Promise<string> {
  const chatId = await createChat(client, provider);
  const stream = await client.follow();
  const { payload } = await stream.waitForEnd(await client.send(chatId, 'hello'));
  expect(payload.outcome).toBe('completed');
  return chatId;
}

/** Codex has no such hooks. */
function companionsOf(provider: string): string[] {
  return provider === 'codex' ? [SERVER] : [HOOK, HOOK, SERVER];
}

/** What an agent of this home started besides its tools. */
function besides(home: string): string[] {
  const commands = processesNaming(home).map(({ command }) => command);
  return [HOOK, SERVER].flatMap((name) =>
    commands.filter((command) => command.includes(name)).map(() => name),
  );
}

async function programs(home: string): Promise<string[]> {
  return (await agentProcesses(home)).map(({ program }) => program);
}
