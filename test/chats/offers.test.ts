import { expect, it } from 'vitest';
import type { AgentDriver } from '../../src/agents/agent.ts';
import type { Told, Topic } from '../../src/agents/inquiry.ts';
import type { Gate } from '../../src/chats/gate.ts';
import { ChatOffers } from '../../src/chats/offers.ts';

it('lists the commands of the engine before those of the agent, which it hides where they are called the same', async () => {
  const offer = [
    { command: '/plan', description: 'Its own.' },
    { command: '/review', description: 'Reviews.' },
  ];
  const commands = await offersOf({ kind: 'told', offer }).commands('c1');
  expect(commands.map(({ command, providers }) => [command, providers])).toEqual([
    ['/plan', ['test']],
    ['/goal', ['test']],
    ['/review', ['test']],
  ]);
  expect(commands[0]?.description).toContain('Plans first');
});

it('lists those of the engine for an agent that tells none', async () => {
  const commands = await offersOf({ kind: 'unsupported' }).commands('c1');
  expect(commands.map(({ command }) => command)).toEqual(['/plan', '/goal']);
});

it('refuses what the agent has no word for, with what to do', async () => {
  await expect(offersOf({ kind: 'unsupported' }).mcp('c1')).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    message: 'The agent "test" does not support mcp; ask it in a message.',
    context: { provider: 'test', feature: 'mcp' },
  });
});

it('says why the agent could not tell', async () => {
  const failure = { code: 'agent_unavailable', message: 'Install it.' };
  await expect(offersOf({ kind: 'failed', failure }).models('c1')).rejects.toMatchObject({
    code: 'AGENT_UNAVAILABLE',
    status: 503,
    message: 'The agent "test" could not be asked. Install it.',
  });
});

it('marks the default among the models, which is the one in use', async () => {
  const model = { name: 'M', levels: ['low' as const] };
  const offer = [
    { ...model, id: 'one', isDefault: true },
    { ...model, id: 'two', isDefault: false },
  ];
  expect(await offersOf({ kind: 'told', offer }).models('c1')).toEqual([
    { ...model, id: 'one', default: true, current: true },
    { ...model, id: 'two', default: false, current: false },
  ]);
});

function offersOf(told: Told<Topic>): ChatOffers {
  const driver = { modes: ['goal'], tell: () => Promise.resolve(told) } as unknown as AgentDriver;
  const record = { chat: { provider: 'test' } };
  const gate = { recordOf: () => record, refuseWhenStopping: () => undefined } as unknown as Gate;
  return new ChatOffers(gate, new Map([['test', driver]]));
}
