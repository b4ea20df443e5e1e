import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { say, useTool } from '../../../src/dev/scripted-steps.ts';
import type { Turn } from '../../../src/dev/turn-script.ts';
import { answer, ofType, openRequest, spentIn, until } from '../../agents/claude/stand-in.ts';
import { killAgents } from '../../support/agent-processes.ts';
import { inSteps } from '../../support/scripted-turns.ts';
import { codexTextsOf, openCodexChat, type CodexChat } from './codex-support.ts';

const writes = inSteps(useTool('exec_command', { cmd: 'echo asked > asked.txt' }), say('Done.'));
const patches = inSteps(
  useTool('apply_patch', { input: '*** Begin Patch\n*** Add File: asked.txt\n+asked\n*** End Patch' }),
  say('Done.'),
);
const run = useTool('exec_command', { cmd: 'touch asked.txt' });
const patch = useTool('apply_patch', {
  input: '*** Begin Patch\n*** Add File: asked.txt\n+asked\n*** End Patch',
});
const twice = (step: ReturnType<typeof useTool>) => [step, step, say('Done.')];

describe('a chat whose Codex has to ask', () => {
  it.each([
    { decision: 'allow' as const, tool: 'exec_command', turn: writes, isWritten: true },
    { decision: 'deny' as const, tool: 'exec_command', turn: writes, isWritten: false },
    { decision: 'allow' as const, tool: 'apply_patch', turn: patches, isWritten: true },
    { decision: 'deny' as const, tool: 'apply_patch', turn: patches, isWritten: false },
  ])(
    'lets $tool change a file only when that is allowed ($decision)',
    async ({ decision, tool, turn, isWritten }) => {
      const chat = await openCodexChat({ turn, policy: 'ask' });
      const message = await chat.begin('write');
      const request = await openRequest(chat);
      expect(request).toMatchObject({ kind: 'permission', tool });
      expect(existsSync(fileOf(chat))).toBe(false);
      answer(chat, request, { decision });
      expect((await chat.ended(message)).end?.outcome).toBe('completed');
      expect(existsSync(fileOf(chat))).toBe(isWritten);
    },
  );

  it.each([
    { turn: inSteps(...twice(run)), title: 'commands that begin with "touch asked.txt"' },
    { turn: inSteps(...twice(patch)), title: 'changes of these files in this session' },
  ])('is not asked twice for what it was told always: $title', async ({ turn, title }) => {
    const chat = await openCodexChat({ turn, policy: 'ask' });
    const message = await chat.begin('write');
    const request = await openRequest(chat);
    answer(chat, request, { decision: 'allow', always: true });
    expect((await chat.ended(message)).end?.outcome).toBe('completed');

    expect(request.always?.title).toBe(title);
    expect(ofType(chat.facts, 'request.opened')).toHaveLength(1);
  });

  it('is not asked in a turn that may change nothing', async () => {
    const chat = await openCodexChat({ turn: writes, policy: 'ask' });
    expect((await chat.run('plan', { planMode: true })).end?.outcome).toBe('completed');
    expect(ofType(chat.facts, 'request.opened')).toEqual([]);
    expect(existsSync(fileOf(chat))).toBe(false);
  });

  it('asks again when an answer was recorded and never given', async () => {
    const chat = await openCodexChat({ turn: writes, policy: 'ask' });
    const message = await chat.begin('write');
    await openRequest(chat);
    chat.record.requests = [];
    chat.reopen();
    answer(chat, await openRequest(chat, 2), { decision: 'allow' });
    expect((await chat.ended(message)).end?.outcome).toBe('completed');
  });
});

describe('a plan of Codex', () => {
  const plans: Turn = (prompt) =>
    prompt === 'next'
      ? say('Next.')
      : say(`<proposed_plan>\n# How: to (do) it!\n${prompt}\n</proposed_plan>`);

  it('is a file of its own, which a revised one replaces', async () => {
    const chat = await openCodexChat({ turn: plans });
    await chat.begin('first', { planMode: true });
    const { input, plan } = await openRequest(chat);
    const { planFilePath } = input as { planFilePath: string };
    const name = `how-to-do-it-${chat.record.turn!.message.turnId.slice(0, 8)}.md`;
    expect(planFilePath).toBe(join(chat.home, '.replicas/plans', name));
    expect(readFileSync(planFilePath, 'utf8')).toBe(plan);
    expect(statSync(planFilePath).mode & 0o777).toBe(0o600);
    answer(chat, chat.record.requests[0]!, { decision: 'deny', message: 'second' });
    await until(() => expect(readFileSync(planFilePath, 'utf8')).toContain('second'));
    expect(readdirSync(join(chat.home, '.replicas/plans'))).toEqual([name]);
  });

  it.each([
    { why: 'declined without a word', unanswered: undefined },
    { why: 'superseded by a message', unanswered: 'superseded' as const },
    { why: 'decided by nobody', unanswered: 'expired' as const },
  ])('that is $why ends its turn, and the agent is told nothing', async ({ unanswered }) => {
    const chat = await openCodexChat({ turn: plans });
    const message = await chat.begin('plan', { planMode: true });
    const request = await openRequest(chat);
    const given = { decision: 'deny' as const, ...(unanswered && { message: 'Nobody answered.' }) };
    chat.command({ type: 'agent.answer', request, answer: given, ...(unanswered && { unanswered }) });
    expect((await chat.ended(message)).end).toEqual({ outcome: 'completed' });
    expect(spentIn(chat.facts)).toMatchObject({ outputTokens: 7 });
    await chat.run('next');
    expect(chat.model.requests).toHaveLength(2);
  });

  it('that was decided before the engine went is asked about again unless the decision was given', async () => {
    const chat = await openCodexChat({ turn: plans });
    await chat.begin('plan', { planMode: true });
    await openRequest(chat);
    chat.record.requests = [];
    chat.reopen();
    answer(chat, await openRequest(chat, 2), { decision: 'deny', message: 'once more' });
    chat.record.requests = [];
    await until(() => expect(chat.model.requests).toHaveLength(2));
    chat.reopen();
    expect((await openRequest(chat, 3)).plan).toContain('once more');
    expect(chat.model.requests).toHaveLength(2);
  });

  it('is the outcome of its turn when the server dies while it waits', async () => {
    const chat = await openCodexChat({ turn: plans });
    const message = await chat.begin('plan', { planMode: true });
    await openRequest(chat);
    chat.detach();
    await killAgents(chat.home);
    chat.reopen();
    expect((await chat.ended(message)).end?.outcome).toBe('completed');
    expect((await chat.run('next')).end?.outcome).toBe('completed');
  });
});

describe('a tool of an MCP server that Codex calls', () => {
  const asks: Turn = (_, [result]) =>
    result ? say(`Heard: ${result.text}`) : useTool('mcp__asking__ask', {});
  const configuration = [
    '[mcp_servers.asking]',
    `command = ${JSON.stringify(process.execPath)}`,
    `args = [${JSON.stringify(new URL('asking-mcp-server.mjs', import.meta.url).pathname)}]`,
  ];

  it('has its form filled in by whoever watches', async () => {
    const chat = await openCodexChat({ turn: asks, configuration });
    const message = await chat.begin('ask me');
    const request = await openRequest(chat);
    expect(request).toMatchObject({
      kind: 'question',
      tool: 'mcp_elicitation',
      input: { serverName: 'asking', message: 'Please fill in' },
      questions: [
        { id: 'count', question: 'How many?' },
        { id: 'name', question: 'Which name?' },
        { id: 'sure', options: [{ label: 'true' }, { label: 'false' }] },
      ],
    });
    const answers = { name: 'Ada', 'How many?': '3', sure: 'true' };
    answer(chat, request, { decision: 'allow', answers });
    expect((await chat.ended(message)).end?.outcome).toBe('completed');
    expect(codexTextsOf(chat.facts)[0]).toMatch(/accept.*3.*Ada.*true/);
  });

  it('is told when nobody wants to fill in its form', async () => {
    const chat = await openCodexChat({ turn: asks, configuration });
    const message = await chat.begin('ask me');
    answer(chat, await openRequest(chat), { decision: 'deny' });
    expect((await chat.ended(message)).end?.outcome).toBe('completed');
    expect(codexTextsOf(chat.facts)[0]).toContain('decline');
  });

  it.each([
    { decision: 'allow' as const, heard: 'decline' },
    { decision: 'deny' as const, heard: 'reject' },
  ])('runs only when that is allowed, where it has to be asked ($decision)', async ({ decision, heard }) => {
    const chat = await openCodexChat({ turn: asks, configuration, policy: 'ask' });
    const message = await chat.begin('ask me');
    const request = await openRequest(chat);
    expect(request).toMatchObject({ kind: 'permission', tool: 'mcp_elicitation' });
    answer(chat, request, { decision });
    if (decision === 'allow') {
      answer(chat, await openRequest(chat, 2), { decision: 'deny' });
    }
    expect((await chat.ended(message)).end?.outcome).toBe('completed');
    expect(codexTextsOf(chat.facts)[0]).toContain(heard);
  });
});

describe('permissions that Codex asks for by themselves', () => {
  const permissions = { network: { enabled: true } };
  const turn: Turn = (_, [result]) =>
    result
      ? say(`Heard: ${result.text}`)
      : useTool('request_permissions', { reason: 'to look', permissions });
  const configuration = ['request_permissions_tool = true'];

  it.each([
    { policy: 'bypass' as const, decision: null, isGranted: true },
    { policy: 'ask' as const, decision: 'allow' as const, isGranted: true },
    { policy: 'ask' as const, decision: 'deny' as const, isGranted: false },
  ])('are granted by policy or by whoever watches ($policy, $decision)', async (given) => {
    const { policy, decision, isGranted } = given;
    const chat = await openCodexChat({ turn, configuration, policy });
    const message = await chat.begin('go');
    if (decision !== null) {
      const request = await openRequest(chat);
      expect(request).toMatchObject({
        kind: 'permission',
        tool: 'request_permissions',
        input: { permissions },
      });
      answer(chat, request, { decision });
    }
    expect((await chat.ended(message)).end?.outcome).toBe('completed');
    expect(codexTextsOf(chat.facts)[0]?.includes('"enabled":true')).toBe(isGranted);
  });
});

function fileOf({ home }: CodexChat): string {
  return join(home, 'workspaces', 'asked.txt');
}
