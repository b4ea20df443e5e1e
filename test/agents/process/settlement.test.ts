import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { AgentContext } from '../../../src/agents/agent-context.ts';
import type { AgentCodec } from '../../../src/agents/codec.ts';
import { ANEW, LiveProcess } from '../../../src/agents/process/live-process.ts';
import { settle } from '../../../src/agents/process/settlement.ts';
import type { Ending } from '../../../src/agents/step.ts';
import { filesOf } from '../../../src/processes/run.ts';
import { messageOf } from '../claude/message.ts';
import { converse, type State } from './fakes.ts';

const ENDING = { code: 1, isAsked: false, isFound: false, isUnresponsive: false };

/** Settles a process that was given a message, of which `stdin` was written and which printed `stderr`. */
async function settled(
  changes: Partial<AgentCodec<State>>,
  given: Partial<typeof ENDING> = {},
  world: Partial<AgentContext> = {},
) {
  const folder = await mkdtemp(join(tmpdir(), 'settlement-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const run = { id: 'run-1', folder };
  await writeFile(filesOf(run).stdin, 'do it\n');
  await writeFile(filesOf(run).stderr, '\u001B[31mit hurts\u001B[0m\n');
  const parts = converse(changes, world);
  const { live } = parts;
  const found = { ...ANEW, run, configuration: null, state: {} };
  const gone = new LiveProcess(found, { channel: live.channel, isKnown: true });
  gone.given = { message: messageOf({}), line: Buffer.from('do it\n'), inputOffset: 0, notice: 'Gone.' };
  parts.conversation.process = gone;
  const settlement = await settle(gone, { ...parts, tell: () => undefined, ...ENDING, ...given });
  return { ...parts, settlement };
}

it('a process that is gone is told with its exit code and what it said at last', async () => {
  const { settlement, context } = await settled({});
  expect(settlement).toEqual({
    becomes: 'rested',
    failure: { code: 'agent_exited', message: 'Some Agent exited with code 1: it hurts' },
  });
  expect(Reflect.get(context.pool, 'leave')).toHaveBeenCalledWith('run-1');
});

it('a secret in what it said at last is not told', async () => {
  const redact = (text: string) => text.replaceAll('hurts', '[redacted]');
  const { settlement } = await settled({}, {}, { redact });
  expect(settlement.failure.message).toBe('Some Agent exited with code 1: it [redacted]');
});

it('what its protocol said of its end goes before what it printed elsewhere', async () => {
  const { settlement } = await settled({ reasonIn: () => 'No root.' });
  expect(settlement.failure.message).toBe('Some Agent exited with code 1: No root.');
});

it('one that did not answer is told with what it was asked', async () => {
  const { settlement } = await settled({ awaits: () => 'the greeting' }, { isUnresponsive: true });
  expect(settlement.failure).toMatchObject({
    code: 'agent_unresponsive',
    message: expect.stringContaining('the greeting'),
  });
});

it('the codec hears how it ended, and whether it had the whole message', async () => {
  const heard: Ending[] = [];
  const { told } = await settled({
    conclude: (state, ending) => {
      heard.push(ending);
      return { state, said: [], outcome: { kind: 'again' } };
    },
  });
  expect(heard).toEqual([
    {
      isFound: false,
      isWritten: true,
      isAsked: false,
      isUnresponsive: false,
      isSelfDirected: false,
      complaint: 'it hurts',
    },
  ]);
  expect(told).toEqual([]);
});

it('the message ends with the last words of its process, behind what that did not know any more', async () => {
  const said = [{ type: 'some-word', payload: {} }];
  const { told, settlement } = await settled({
    conclude: (state) => ({ state, said, outcome: { kind: 'ended', end: { outcome: 'lost' } } }),
  });
  expect(settlement.becomes).toBe('ended');
  const events = [{ type: 'session-gap', payload: { message: 'Gone.' } }, ...said];
  expect(told).toMatchObject([{ messageId: 'm', events, end: { outcome: 'lost' } }]);
});

it('an end that cannot be dealt with is one all the same, and tells what went wrong', async () => {
  const { settlement, context, conversation } = await settled({
    conclude: () => {
      throw new Error('Its state makes no sense.');
    },
  });
  expect(settlement).toEqual({
    becomes: 'cutOff',
    failure: { code: 'agent_error', message: 'Some Agent cannot be used: Its state makes no sense.' },
  });
  expect(conversation.process).toBeNull();
  expect(Reflect.get(context.pool, 'leave')).toHaveBeenCalledWith('run-1');
});
