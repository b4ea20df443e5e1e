import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Offers, Topic } from '../../../src/agents/inquiry.ts';
import type { TaskRecord } from '../../../src/contract/tasks.ts';
import { createGate } from '../../support/gate.ts';
import { say } from '../../../src/dev/scripted-steps.ts';
import type { Turn } from '../../../src/dev/turn-script.ts';
import {
  answer,
  deliveriesOf,
  endsIn,
  eventsOf,
  newMessage,
  ofType,
  openRequest,
  runFolder,
  taskStatesOf,
  toolIsOpen,
  spentIn,
  until,
} from '../../agents/claude/stand-in.ts';
import {
  agentProcesses,
  ENDLESS_COMMAND,
  killAgents,
  processesRunning,
} from '../../support/agent-processes.ts';
import { killAll } from '../../support/running-processes.ts';
import { echo, inSteps, turnByPrompt } from '../../support/scripted-turns.ts';
import { addSkill, AGENTS, type ChatUnderTest } from './agent-under-test.ts';
import { checkSupportTable } from './support-table.ts';
import { hang, refuse } from '../../support/model-troubles.ts';

// oxlint-disable-next-line no-empty-pattern -- vitest reads in the pattern that it wants no fixtures
afterAll(({}, suite) => checkSupportTable(suite));

describe.each(AGENTS)('$name, driven like any agent,', (agent) => {
  const { open, run, propose, saidIn, promptsIn, lacks } = agent;
  const forever: Turn = inSteps(run(ENDLESS_COMMAND), say('Never said.'));

  /** What one turn with a tool used, for the tests that look at nothing else. */
  let used: Promise<ReturnType<typeof spentIn>> | undefined;
  const useOnce = () => (used ??= spend());
  async function spend() {
    const chat = await open({ turn: inSteps(run('true'), say('Done.')) });
    await chat.run('first');
    return spentIn(chat.facts);
  }

  it('runs one turn after the other in one session, each told once', async () => {
    const chat = await open({ turn: echo });
    expect((await chat.run('first')).end).toEqual({ outcome: 'completed' });
    expect((await chat.run('second')).end?.outcome).toBe('completed');
    expect(promptsIn(chat.facts)).toEqual(['first', 'second']);
    expect(saidIn(chat.facts)).toEqual(['You said: first', 'You said: second']);
    expect(chat.partials.join('')).toContain('You said: first');
    expect(JSON.stringify(chat.asked().at(-1))).toContain('You said: first');
    expect(ofType(chat.facts, 'agent.exited')).toEqual([]);
  });

  it('works in the workspace, and tells when a tool is open', async () => {
    const chat = await open({ turn: inSteps(run('echo made > made.txt'), say('Done.')) });
    await chat.run('make it');
    expect(readFileSync(fileOf(chat, 'made.txt'), 'utf8')).toBe('made\n');
    expect(ofType(chat.facts, 'agent.said').map(({ openTools }) => openTools)).toContain(1);
    expect(ofType(chat.facts, 'agent.said').at(-1)?.openTools).toBe(0);
  });

  it('runs with the model and the effort of each message, and falls back to the defaults', async () => {
    const { otherModel, efforts } = agent;
    const chat = await open({ turn: echo });
    await chat.run('one');
    await chat.run('two', { model: otherModel, thinkingLevel: 'low' });
    await chat.run('three');
    await chat.run('four', { thinkingLevel: 'ultra' });
    const standard = chat.asked()[0]?.model;
    expect(standard).not.toBe(otherModel);
    expect(chat.asked().map(({ model, effort }) => [model, effort])).toEqual([
      [standard, efforts.standard],
      [otherModel, 'low'],
      [standard, efforts.standard],
      [standard, efforts.highest],
    ]);
    expect(new Set(deliveriesOf(chat).map(({ runId }) => runId)).size).toBe(1);
  });

  it('tells what each turn used of the model, each use once', async () => {
    const { inputTokens = 0, cacheReadTokens = 0, outputTokens } = await useOnce();
    expect([inputTokens + cacheReadTokens, outputTokens]).toEqual([20, 14]);
  });

  it('tells what it used after each call of the model, before the turn is over', async ({ skip }) => {
    skip(lacks.usageAsItGoes !== undefined, lacks.usageAsItGoes);
    const chat = await open({ turn: inSteps(run('true'), hang) });
    await chat.begin('first');
    await until(() => expect(spentIn(chat.facts)).toMatchObject({ outputTokens: 7 }));
  });

  it('tells what that cost', async ({ skip }) => {
    skip(lacks.cost !== undefined, lacks.cost);
    expect((await useOnce()).costUsd).toBeGreaterThan(0);
  });

  it('tells how full its context is', async ({ skip }) => {
    skip(lacks.context !== undefined, lacks.context);
    const isNumber = expect.any(Number);
    expect(await useOnce()).toMatchObject({ contextTokens: isNumber, contextWindow: isNumber });
  });

  it('tells that the model is asked again, which is no failure', async ({ skip }) => {
    skip(lacks.waits !== undefined, lacks.waits);
    let failures = 0;
    const turn: Turn = () =>
      (failures += 1) <= agent.failuresUntilTold ? refuse(500, 'api_error') : say('Done.');
    const chat = await open({ turn });
    expect((await chat.run('try')).end?.outcome).toBe('completed');
    const [first] = ofType(chat.facts, 'agent.waits');
    expect(first).toMatchObject({
      messageId: expect.any(String),
      progress: { kind: 'retrying', attempt: 1, attemptsMax: 1 },
    });
  });

  it('tells its commands before it has a message, and a skill once its file is there, by no model', async () => {
    const chat = await open({ turn: echo });
    expect(await offerOf(chat, 'commands')).not.toContainEqual(GREETING);
    await addSkill(agent, chat.home, { name: 'greet', text: 'Greet.' });
    await until(async () => expect(await offerOf(chat, 'commands')).toContainEqual(GREETING));
    expect([chat.asked(), await agentProcesses(chat.home)]).toEqual([[], []]);
  });

  it('tells its models, and with which levels they think', async () => {
    const chat = await open({ turn: echo });
    const models = await offerOf(chat, 'models');
    expect(models.length).toBeGreaterThan(1);
    expect(models.filter(({ isDefault }) => isDefault)).toHaveLength(1);
    expect(models.filter(({ levels }) => levels.includes('high'))).not.toEqual([]);
    expect([chat.asked(), await agentProcesses(chat.home)]).toEqual([[], []]);
  });

  it('tells its MCP servers, and what is wrong with them', async ({ skip }) => {
    skip(lacks.mcp !== undefined, lacks.mcp);
    const chat = await open({ turn: echo });
    const args = [new URL('asking-mcp-server.mjs', import.meta.url).pathname];
    await agent.addServer!(chat.home, { name: 'asking', command: process.execPath, args });
    expect(await offerOf(chat, 'mcp')).toEqual([
      { name: 'asking', state: 'connected', tools: ['ask'], error: null, loginNeeded: false },
    ]);
    expect(await agentProcesses(chat.home)).toEqual([]);
  });

  it('works until its goal is reached, as one turn, and then no more', async ({ skip }) => {
    skip(lacks.goal !== undefined, lacks.goal);
    let calls = 0;
    const chat = await open({ turn: () => agent.pursuit[calls++] ?? say('Next.') });
    await chat.run('the tests pass', { goalMode: true });
    expect([calls, endsIn(chat)]).toEqual([4, ['completed']]);
    expect(saidIn(chat.facts)).toEqual(expect.arrayContaining(['First.', 'Second.']));
    await chat.run('next');
    expect([calls, endsIn(chat), saidIn(chat.facts).at(-1)]).toEqual([
      5,
      ['completed', 'completed'],
      'Next.',
    ]);
  });

  it('answers from the faster tier for the messages that ask for it', async ({ skip }) => {
    skip(lacks.fast !== undefined, lacks.fast);
    const chat = await open({ turn: echo });
    for (const fastMode of [true, undefined, true] as const)
      await chat.run('go', fastMode === undefined ? {} : { fastMode });
    const [first, second, third] = chat.asked().map(agent.tierOf);
    expect([first, second, third]).toEqual([third, undefined, first]);
    expect(first).toBeDefined();
  });

  it('carries images and long texts', async () => {
    const text = `${'long '.repeat(20_000)}🙂`;
    const chat = await open({ turn: () => say('Read.') });
    const source = { type: 'base64' as const, media_type: 'image/png' as const, data: PIXEL };
    await chat.run('', { content: await chat.store({ text, images: [{ type: 'image', source }] }) });
    expect(saidIn(chat.facts)).toEqual(['Read.']);
    const request = JSON.stringify(chat.asked()[0]);
    for (const part of [text, PIXEL_START, 'image/png']) expect(request).toContain(part);
    expect(deliveriesOf(chat)).toMatchObject([{ input: { kind: 'file' } }]);
  });

  it('changes nothing in plan mode, and may again in the next turn', async () => {
    const write = (name: string) => inSteps(run(`echo x > ${name}`), say('Done.'));
    const chat = await open({ turn: turnByPrompt({ one: write('one'), two: write('two') }) });
    await chat.run('one', { planMode: true });
    await chat.run('two');
    expect(['one', 'two'].map((name) => existsSync(fileOf(chat, name)))).toEqual([false, true]);
    expect(ofType(chat.facts, 'request.opened')).toEqual([]);
  });

  it.each([
    { decision: 'allow' as const, isWritten: true },
    { decision: 'deny' as const, isWritten: false },
  ])('asks before it changes something, when it has to ($decision)', async ({ decision, isWritten }) => {
    const chat = await open({ turn: inSteps(run('echo x > asked.txt'), say('Done.')), policy: 'ask' });
    const message = await chat.begin('write');
    const request = await openRequest(chat);
    expect(request.kind).toBe('permission');
    expect(existsSync(fileOf(chat, 'asked.txt'))).toBe(false);
    answer(chat, request, { decision });
    expect((await chat.ended(message)).end?.outcome).toBe('completed');
    expect(existsSync(fileOf(chat, 'asked.txt'))).toBe(isWritten);
  });

  it('asks from the message on that starts when it has to, and no more from the next', async () => {
    const write = (name: string) => inSteps(run(`echo x > ${name}`), say('Done.'));
    const turn = turnByPrompt({ one: write('one'), two: write('two'), three: write('three') });
    const chat = await open({ turn });
    await chat.run('one', { policy: 'bypass' });
    const message = await chat.begin('two', { policy: 'ask' });
    const request = await openRequest(chat);
    answer(chat, request, { decision: 'deny' });
    await chat.ended(message);
    await chat.run('three', { policy: 'bypass' });
    const written = ['one', 'two', 'three'].map((name) => existsSync(fileOf(chat, name)));
    expect(written).toEqual([true, false, true]);
    expect(ofType(chat.facts, 'request.opened')).toHaveLength(1);
  });

  describe('when it plans,', () => {
    const plans: Turn = (prompt, results) => {
      if (prompt === 'next') return echo(prompt, results);
      const heard = [prompt, ...results.map(({ text }) => text)].join('\n');
      if (heard.includes('wrote')) return say('Done.');
      if (/approved|Implement the plan/.test(heard)) return run('echo x > planned.txt && echo wrote');
      return propose(heard.includes('Shorter') ? '# Short plan' : '# Long plan');
    };

    it('carries the plan out in the same turn, changing nothing before it may', async () => {
      const chat = await open({ turn: plans });
      const message = await chat.begin('plan it', { planMode: true });
      const request = await openRequest(chat);
      expect([request.kind, existsSync(fileOf(chat, 'planned.txt'))]).toEqual(['plan', false]);
      answer(chat, request, { decision: 'allow' });
      expect((await chat.ended(message)).end?.outcome).toBe('completed');
      expect(existsSync(fileOf(chat, 'planned.txt'))).toBe(true);
    });

    it('revises the plan as it is told', async ({ skip }) => {
      skip(lacks.planWords !== undefined, lacks.planWords);
      const chat = await open({ turn: plans });
      const message = await chat.begin('plan it', { planMode: true });
      const first = await openRequest(chat);
      expect(first).toMatchObject({ kind: 'plan', plan: expect.stringMatching(/^# Long plan\s*$/) });
      answer(chat, first, { decision: 'deny', message: 'Shorter.' });
      const second = await openRequest(chat, 2);
      expect(second.plan).toContain('# Short plan');
      expect([second.kind, existsSync(fileOf(chat, 'planned.txt'))]).toEqual(['plan', false]);
      answer(chat, second, { decision: 'allow' });
      expect((await chat.ended(message)).end?.outcome).toBe('completed');
      expect(existsSync(fileOf(chat, 'planned.txt'))).toBe(true);
      expect(endsIn(chat)).toEqual(['completed']);
    });

    it('keeps the plan as a file, as it was edited', async ({ skip }) => {
      skip(lacks.planEdits !== undefined, lacks.planEdits);
      const chat = await open({ turn: plans });
      const message = await chat.begin('plan it', { planMode: true });
      const request = await openRequest(chat);
      answer(chat, request, { decision: 'allow', plan: '# Edited plan' });
      await chat.ended(message);
      const { planFilePath } = request.input as { planFilePath: string };
      expect(readFileSync(planFilePath, 'utf8')).toBe('# Edited plan');
      expect(JSON.stringify(chat.asked().at(-1))).toContain('# Edited plan');
    });

    it('waits for a decision over a change of engines', async () => {
      const chat = await open({ turn: plans });
      const message = await chat.begin('plan it', { planMode: true });
      const request = await openRequest(chat);
      chat.reopen();
      answer(chat, request, { decision: 'allow' });
      expect((await chat.ended(message)).end?.outcome).toBe('completed');
      expect(existsSync(fileOf(chat, 'planned.txt'))).toBe(true);
      expect(ofType(chat.facts, 'request.opened')).toHaveLength(1);
    });

    it('may be interrupted while its plan waits', async () => {
      const chat = await open({ turn: plans });
      const message = await chat.begin('plan it', { planMode: true });
      await openRequest(chat);
      chat.command({ type: 'agent.interrupt' });
      expect((await chat.ended(message)).end?.outcome).toBe('interrupted');
      expect((await chat.run('next')).end?.outcome).toBe('completed');
      expect(existsSync(fileOf(chat, 'planned.txt'))).toBe(false);
    });
  });

  describe('when something is said into its turn,', () => {
    beforeEach(({ skip }) => skip(lacks.steer !== undefined, lacks.steer));
    const waits = inSteps(run('until [ -e go.txt ]; do sleep 0.05; done'), say('Never asked.'));

    it('takes it after its tool, and ends once', async () => {
      const chat = await open({ turn: turnByPrompt({ tool: waits }) });
      const message = await chat.begin('tool');
      await toolIsOpen(chat);
      const { messageId } = chat.steer('hurry up');
      await until(() => expect(ofType(chat.facts, 'steer.taken')).toHaveLength(1));
      writeFileSync(fileOf(chat, 'go.txt'), '');
      expect((await chat.ended(message)).end?.outcome).toBe('completed');
      expect(saidIn(chat.facts)).toEqual(['You said: hurry up']);
      expect(promptsIn(chat.facts)).toEqual(['tool', 'hurry up']);
      expect(ofType(chat.facts, 'steer.taken')).toMatchObject([{ messageId }]);
    });

    it('says to the end what it says, then goes on with it', async () => {
      const gate = createGate();
      const chat = await open({ turn: turnByPrompt({ long: () => say('Begun. ', gate, 'Done.') }) });
      const message = await chat.begin('long');
      await gate.reached;
      await until(() => expect(chat.partials.join('')).toContain('Begun.'));
      chat.steer('and more');
      await until(() => expect(ofType(chat.facts, 'steer.taken')).toHaveLength(1));
      gate.open();
      expect((await chat.ended(message)).end?.outcome).toBe('completed');
      expect(saidIn(chat.facts)).toEqual(['Begun. Done.', 'You said: and more']);
    });

    it('takes it once over a change of engines', async () => {
      const chat = await open({ turn: turnByPrompt({ tool: waits }) });
      const message = await chat.begin('tool');
      await toolIsOpen(chat);
      chat.steer('one');
      chat.reopen();
      await until(() => expect(ofType(chat.facts, 'steer.taken')).toHaveLength(1));
      chat.steer('two');
      await until(() => expect(ofType(chat.facts, 'steer.taken')).toHaveLength(2));
      chat.reopen();
      writeFileSync(fileOf(chat, 'go.txt'), '');
      expect((await chat.ended(message)).end?.outcome).toBe('completed');
      expect(promptsIn(chat.facts)).toEqual(['tool', 'one', 'two']);
      expect(ofType(chat.facts, 'steer.taken')).toHaveLength(2);
    });

    it('refuses it when no turn runs', async () => {
      const chat = await open({ turn: echo });
      await chat.run('first');
      const { messageId } = chat.steer('too late');
      await until(() => expect(ofType(chat.facts, 'steer.refused')).toMatchObject([{ messageId }]));
      await chat.run('next');
      expect(promptsIn(chat.facts)).toEqual(['first', 'next']);
    });
  });

  it('runs chats at the same time, each by itself', async () => {
    const first = await open({ turn: echo });
    const chats = [first, first.sibling(), first.sibling(), first.sibling()];
    await Promise.all(chats.map((chat, index) => chat.run(`I am ${index}`)));
    expect(chats.map(({ facts }) => saidIn(facts))).toEqual(
      chats.map((_, index) => [`You said: I am ${index}`]),
    );
    expect(new Set(chats.map(({ record }) => record.sessionId)).size).toBe(4);
  });

  it('keeps the agent that a message was prepared for, however many live', async () => {
    const first = await open({ turn: echo, processesMax: 1 });
    const other = first.sibling();
    await first.run('one');
    const message = await first.prepare('two');
    await other.run('three');
    const { delivery } = first.record.turn!;
    first.command({ type: 'agent.deliver', message, delivery });
    expect((await first.ended(message)).end?.outcome).toBe('completed');
    const [one, two] = deliveriesOf(first).map(({ runId }) => runId);
    expect([saidIn(first.facts), two]).toEqual([['You said: one', 'You said: two'], one]);
  });

  it('says what to do when its program is missing', async () => {
    const chat = await open({ turn: echo, command: '/does/not/exist' });
    chat.command({ type: 'agent.prepare', message: newMessage('hello') });
    await until(() => expect(chat.facts).toHaveLength(1));
    const message = expect.stringMatching(/CLAUDE_PATH|CODEX_PATH|ACP_AGENTS/) as string;
    expect(chat.facts).toEqual([{ type: 'agent.exited', failure: { code: 'agent_unavailable', message } }]);
  });

  describe('when it is interrupted,', () => {
    it('keeps what it said and its session, and takes the next message', async () => {
      const gate = createGate();
      const chat = await open({ turn: turnByPrompt({ long: () => say('Begun. ', gate, 'Never.') }) });
      const message = await chat.begin('long');
      await gate.reached;
      await until(() => expect(chat.partials.join('')).toContain('Begun.'));
      chat.command({ type: 'agent.interrupt' });
      expect((await chat.ended(message)).end?.outcome).toBe('interrupted');
      const { sessionId } = chat.record;
      expect((await chat.run('next')).end?.outcome).toBe('completed');
      expect(saidIn(chat.facts)).toEqual(['Begun. ', 'You said: next']);
      expect(chat.record.sessionId).toBe(sessionId);
    });

    it('does not wait for a model that never answers', async () => {
      const chat = await open({ turn: () => hang });
      const message = await chat.begin('hang');
      await until(() => expect(chat.asked()).toHaveLength(1));
      chat.command({ type: 'agent.interrupt' });
      expect((await chat.ended(message)).end?.outcome).toBe('interrupted');
    });

    it('ends what its tool started, however it hid, and leaves the service of an earlier turn', async () => {
      const chat = await open({
        turn: turnByPrompt({
          service: inSteps(run('setsid tail -f /etc/hostname >/dev/null 2>&1 & echo up'), say('Serving.')),
          tool: inSteps(run(`(setsid tail -f /etc/passwd >/dev/null 2>&1 &); ${ENDLESS_COMMAND}`), say('x')),
        }),
      });
      await chat.run('service');
      const message = await chat.begin('tool');
      const all = ['tail -f /dev/null', 'tail -f /etc/hostname', 'tail -f /etc/passwd'];
      await until(async () => expect(await tailsOf(chat)).toEqual(all));
      chat.command({ type: 'agent.interrupt' });
      chat.command({ type: 'agent.interrupt' });
      expect((await chat.ended(message)).end?.outcome).toBe('interrupted');
      expect(await tailsOf(chat)).toEqual(['tail -f /etc/hostname']);
      await chat.run('next');
      expect(endsIn(chat)).toEqual(['completed', 'interrupted', 'completed']);
      await killAgents(chat.home);
    });
  });

  describe('when it runs something beside its turns,', () => {
    beforeEach(({ skip }) => {
      skip(lacks.tasks !== undefined, lacks.tasks);
    });

    it('tells of it from its beginning to its end, with what it prints, which ends no turn', async () => {
      const waiting = 'mkfifo one two; cat one; cat two; echo over';
      const chat = await open({ turn: turnByPrompt({ leave: inSteps(agent.leave(waiting), say('Left.')) }) });
      await chat.run('leave');
      const task = await taskOf(chat);
      expect(task).toMatchObject({ kind: 'shell', title: waiting, state: 'running' });
      await until(() => expect(existsSync(fileOf(chat, 'two'))).toBe(true));
      await writeFile(fileOf(chat, 'one'), 'begun\n');
      await until(() => expect(chat.outputOf(task)).toContain('begun'));
      await writeFile(fileOf(chat, 'two'), 'passed\n');
      await until(() => expect(taskStatesOf(chat.facts, task.id)).toEqual(['running', 'completed']));
      expect(chat.outputOf(task)).toMatch(/begun\s+passed\s+over/);
      await chat.run('next');
      expect(endsIn(chat)).toEqual(['completed', 'completed']);
    });

    it('goes on with it when a later turn is interrupted, over a change of engines, and ends it when asked', async () => {
      const turn = turnByPrompt({
        leave: inSteps(agent.leave('tail -f /etc/hostname'), say('Left.')),
        tool: forever,
      });
      const chat = await open({ turn });
      await chat.run('leave');
      const task = await taskOf(chat);
      const message = await chat.begin('tool');
      await until(async () =>
        expect(await tailsOf(chat)).toEqual([ENDLESS_COMMAND, 'tail -f /etc/hostname']),
      );
      await toolIsOpen(chat);
      chat.command({ type: 'agent.interrupt' });
      expect((await chat.ended(message)).end?.outcome).toBe('interrupted');
      expect(await tailsOf(chat)).toEqual(['tail -f /etc/hostname']);
      chat.reopen();
      chat.command({ type: 'agent.stopTask', taskId: task.id });
      await until(async () => expect([chat.record.tasks, await tailsOf(chat)]).toEqual([[], []]));
      expect(taskStatesOf(chat.facts, task.id)[1]).toMatch(/stopped|failed/);
    });

    it('loses it with its process, whoever sees that', async () => {
      const chat = await open({
        turn: turnByPrompt({ leave: inSteps(agent.leave(ENDLESS_COMMAND), say('Left.')) }),
      });
      await chat.run('leave');
      await taskOf(chat);
      chat.detach();
      await killAgents(chat.home);
      chat.reopen();
      await until(() => expect(chat.record.tasks).toEqual([]));
    });
  });

  describe('when it dies,', () => {
    it('is reported once, leaves nothing of its tool, and resumes its session for the next message', async () => {
      const chat = await open({ turn: turnByPrompt({ tool: forever }) });
      await chat.run('before');
      const { sessionId } = chat.record;
      await chat.begin('tool');
      await toolIsOpen(chat);
      await killProgram(chat, agent.program);
      await until(() => expect(ofType(chat.facts, 'agent.exited')).toHaveLength(1));
      expect(ofType(chat.facts, 'agent.exited')[0]?.failure.code).toBe('agent_exited');
      await until(async () => expect(await agentProcesses(chat.home)).toEqual([]));
      expect((await chat.run('after')).end?.outcome).toBe('completed');
      expect(chat.record.sessionId).toBe(sessionId);
      expect(JSON.stringify(chat.asked().at(-1))).toContain('You said: before');
      expect(ofType(chat.facts, 'agent.exited')).toHaveLength(1);
    });

    it('with its engine, in a turn in which it had done something, that turn is lost', async () => {
      const chat = await open({ turn: turnByPrompt({ tool: forever }) });
      const message = await chat.begin('tool');
      await toolIsOpen(chat);
      chat.detach();
      await killAgents(chat.home);
      chat.reopen();
      expect((await chat.ended(message)).end?.outcome).toBe('lost');
      expect((await chat.run('next')).end?.outcome).toBe('completed');
      expect(promptsIn(chat.facts)).toEqual(['tool', 'next']);
    });

    it('because it rested for long, resumes its session for the next message', async () => {
      const chat = await open({ turn: echo, idleMs: 200 });
      await chat.run('first');
      await until(async () => expect(await agentProcesses(chat.home)).toEqual([]));
      await chat.run('second');
      expect(saidIn(chat.facts)).toEqual(['You said: first', 'You said: second']);
      expect(JSON.stringify(chat.asked().at(-1))).toContain('You said: first');
      expect(ofType(chat.facts, 'agent.exited')).toEqual([]);
    });
  });

  it('does not outlive a long rest that began before a restart', async () => {
    const chat = await open({ turn: echo, idleMs: 1_000 });
    await chat.run('first');
    chat.reopen();
    await until(async () => expect(await agentProcesses(chat.home)).toEqual([]));
  });

  describe('when its session was continued by hand,', () => {
    it('marks the gap with one event before the next turn, and knows what was said there', async ({
      skip,
    }) => {
      skip(lacks.byHand !== undefined, lacks.byHand);
      const chat = await open({ turn: echo, idleMs: 200 });
      await chat.run('first');
      await until(async () => expect(await agentProcesses(chat.home)).toEqual([]));
      await chat.sayByHand!('by hand');
      await chat.run('second');
      expect(gapsIn(chat)).toMatchObject([{ reason: 'foreign_turns', turns: 1 }]);
      expect(JSON.stringify(chat.asked().at(-1))).toContain('You said: by hand');
      expect(saidIn(chat.facts)).toEqual(['You said: first', 'You said: second']);
      chat.reopen();
      await until(async () => expect(await agentProcesses(chat.home)).toEqual([]));
      await chat.run('third');
      expect(gapsIn(chat)).toHaveLength(1);
    });
  });

  describe('when another engine takes it up,', () => {
    it('goes on with its text: nothing missing, nothing twice', async () => {
      const gate = createGate();
      const chat = await open({ turn: turnByPrompt({ long: () => say('Begun. ', gate, 'Done.') }) });
      const message = await chat.begin('long');
      await gate.reached;
      await until(() => expect(chat.partials.join('')).toContain('Begun.'));
      chat.reopen();
      gate.open();
      expect((await chat.ended(message)).end?.outcome).toBe('completed');
      expect([promptsIn(chat.facts), saidIn(chat.facts)]).toEqual([['long'], ['Begun. Done.']]);
      await chat.run('next');
      expect(chat.asked()).toHaveLength(2);
      expect(await programsOf(chat, agent.program)).toBe(1);
    });

    it('goes on with its tool, which runs once', async () => {
      const command = 'echo x >> ran.txt; until [ -e go.txt ]; do sleep 0.05; done';
      const chat = await open({
        turn: inSteps(run(command), say('Done.')),
      });
      const message = await chat.begin('tool');
      await until(() => expect(existsSync(fileOf(chat, 'ran.txt'))).toBe(true));
      await toolIsOpen(chat);
      chat.reopen();
      chat.command({ type: 'agent.ping' });
      await until(() => expect(ofType(chat.facts, 'agent.answered')).toHaveLength(1));
      writeFileSync(fileOf(chat, 'go.txt'), '');
      expect((await chat.ended(message)).end?.outcome).toBe('completed');
      expect(saidIn(chat.facts)).toEqual(['Done.']);
      expect(readFileSync(fileOf(chat, 'ran.txt'), 'utf8')).toBe('x\n');
    });

    it('is given a message that was recorded and no more, once', async () => {
      const chat = await open({ turn: echo });
      await chat.run('first');
      const message = await chat.prepare('second');
      chat.reopen();
      expect((await chat.ended(message)).end?.outcome).toBe('completed');
      expect(promptsIn(chat.facts)).toEqual(['first', 'second']);
      expect(saidIn(chat.facts)).toEqual(['You said: first', 'You said: second']);
    });

    it('rests on, and takes the next message', async () => {
      const chat = await open({ turn: echo });
      await chat.run('first');
      const folder = runFolder(chat);
      chat.reopen();
      await chat.run('second');
      expect(runFolder(chat)).toBe(folder);
      expect(saidIn(chat.facts)).toEqual(['You said: first', 'You said: second']);
    });
  });

  it.each(['agent.stop', 'agent.kill'] as const)('leaves no process on %s', async (type) => {
    const chat = await open({ turn: forever });
    await chat.begin('tool');
    await toolIsOpen(chat);
    chat.command({ type });
    await until(() => expect(ofType(chat.facts, 'agent.exited')).toHaveLength(1));
    await until(async () => expect(await agentProcesses(chat.home)).toEqual([]));
  });
});

const GREETING = expect.objectContaining({
  command: '/greet',
  description: expect.stringContaining('Greets people.') as string,
}) as Offers['commands'][number];

async function offerOf<About extends Topic>(chat: ChatUnderTest, topic: About): Promise<Offers[About]> {
  const told = await chat.tell(topic);
  if (told.kind !== 'told') throw new Error(JSON.stringify(told));
  return told.offer;
}

function fileOf({ home }: ChatUnderTest, name: string): string {
  return join(home, 'workspaces', name);
}

/** What was said elsewhere, in the place where it is missing. */
function gapsIn({ facts }: ChatUnderTest) {
  return eventsOf(facts, 'session-gap').map(({ payload }) => payload);
}

/** The one task that the agent told of and that runs. */
async function taskOf(chat: ChatUnderTest): Promise<TaskRecord> {
  await until(() => expect(chat.record.tasks).toHaveLength(1));
  return chat.record.tasks![0]!;
}

/** What the commands of these tests run for ever; the agent's own input is forwarded by another `tail`. */
async function tailsOf({ home }: ChatUnderTest): Promise<string[]> {
  const commands = (await agentProcesses(home)).map(({ command }) => command);
  return commands.filter((command) => /^tail -f \/(dev|etc)\//.test(command)).toSorted();
}

async function programsOf({ home }: ChatUnderTest, program: string): Promise<number> {
  return (await processesRunning(program, home)).length;
}

async function killProgram({ home }: ChatUnderTest, program: string): Promise<void> {
  const found = (await agentProcesses(home)).filter((process) => process.program === program);
  killAll(found);
}

/** Agents may compress a picture anew; its beginning stays. */
const PIXEL_START = 'iVBORw0KGgo';

/** A picture of one dot. */
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
