import { join } from 'node:path';
import { expect } from 'vitest';
import { readGiven } from '../../../src/agents/process/recovery.ts';
import { createLog } from '../../../src/log.ts';
import { ofType, until, type TestChat } from '../../agents/claude/stand-in.ts';

/** A message that the agent got is prepared anew, because the log lost its end with it: it is not given again, and the chat goes on. */
export async function expectNotGivenAgain(
  open: (given: Set<string>) => Promise<TestChat>,
  meanwhile: (chat: TestChat) => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  const given = new Set<string>();
  const chat = await open(given);
  await chat.run('first');
  const before = structuredClone(chat.record);
  const message = await chat.begin('second');
  await chat.ended(message);
  chat.detach();
  await meanwhile(chat);
  const log = createLog({ level: 'silent', secrets: [] });
  for (const turnId of await readGiven(join(chat.home, '.replicas/engine/agents'), log)) given.add(turnId);
  Object.assign(chat.record, before);
  chat.reopen();
  chat.command({ type: 'agent.prepare', message });
  await until(() => expect(ofType(chat.facts, 'agent.exited')).toHaveLength(1));
  expect(ofType(chat.facts, 'agent.exited')[0]?.failure.code).toBe('given_before');
  expect((await chat.run('third')).end?.outcome).toBe('completed');
}
