import { expect } from 'vitest';
import { ofType, until, type TestChat } from '../../agents/claude/stand-in.ts';

/** A message that the agent got is prepared anew, because the log lost its end with it: it is not given again, and the chat goes on. */
export async function expectNotGivenAgain(
  chat: TestChat,
  meanwhile = () => Promise.resolve(),
): Promise<void> {
  await chat.run('first');
  const before = structuredClone(chat.record);
  const message = await chat.begin('second');
  await chat.ended(message);
  chat.detach();
  await meanwhile();
  Object.assign(chat.record, before);
  chat.reopen();
  chat.command({ type: 'agent.prepare', message });
  await until(() => expect(ofType(chat.facts, 'agent.exited')).toHaveLength(1));
  expect(ofType(chat.facts, 'agent.exited')[0]?.failure.code).toBe('given_before');
  expect((await chat.run('third')).end?.outcome).toBe('completed');
}
