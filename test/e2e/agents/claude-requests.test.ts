import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { say, useTool } from '../../../src/dev/scripted-steps.ts';
import { scriptTurns } from '../../../src/dev/turn-script.ts';
import { answer, ofType, openRequest, type TestChat } from '../../agents/claude/stand-in.ts';
import { inSteps } from '../../support/scripted-turns.ts';
import { openChat } from './support.ts';

it('a chat that was told always is not asked for the next file', async () => {
  const file = (name: string) => join(chat.home, 'workspaces', name);
  const write = (name: string) => useTool('Write', { file_path: file(name), content: 'asked' });
  const script = scriptTurns((...turn) => inSteps(write('one.txt'), write('two.txt'), say('Done.'))(...turn));
  const chat: TestChat = await openChat({ script, policy: 'ask' });
  const message = await chat.begin('write');
  const request = await openRequest(chat);
  expect(request).toMatchObject({ kind: 'permission', tool: 'Write', input: { file_path: file('one.txt') } });
  answer(chat, request, { decision: 'allow', always: true });
  await chat.ended(message);

  expect(request.always?.title).toBe('all edits of files in this session');
  expect(ofType(chat.facts, 'request.opened')).toHaveLength(1);
  expect(existsSync(file('two.txt'))).toBe(true);
});
