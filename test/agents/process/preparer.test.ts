import { describe, expect, it } from 'vitest';
import type { AgentCodec } from '../../../src/agents/codec.ts';
import { Preparer } from '../../../src/agents/process/preparer.ts';
import { SessionWatch } from '../../../src/agents/process/session-watch.ts';
import type { Preparation } from '../../../src/agents/step.ts';
import { messageOf } from '../claude/message.ts';
import { converse, type State } from './fakes.ts';

const READY = {
  state: {},
  outcome: 'ready',
  line: 'do it\n',
  sessionId: 's1',
  isNew: false,
  notice: null,
} as const;
const MESSAGE = messageOf({});

function start(answers: Preparation<State>[], changes: Partial<AgentCodec<State>> = {}) {
  const prepare: AgentCodec<State>['prepare'] = () => answers.shift() ?? { state: {}, outcome: 'waiting' };
  const parts = converse({ prepare, ...changes });
  const tell = () => undefined;
  const session = new SessionWatch({ ...parts, tell });
  const unfit: unknown[] = [];
  const onUnfit = (state: unknown) => void unfit.push(state);
  const onBroken = (error: unknown) => {
    throw error;
  };
  return { ...parts, unfit, preparer: new Preparer({ ...parts, tell, session, onUnfit, onBroken }) };
}

describe('a message that is prepared', () => {
  it('takes step after step, and is told with the exact line and its place', async () => {
    const { preparer, channel, reported, written } = start([
      { state: {}, outcome: 'waiting', lines: ['open\n'] },
      READY,
    ]);

    await preparer.begin(MESSAGE);
    await expect.poll(() => reported).toEqual([{ type: 'process.advanced' }]);
    preparer.step();

    await expect.poll(() => reported.length).toBe(2);
    expect(written).toEqual(['open\n']);
    expect(channel.pause).toHaveBeenCalled();
    expect(reported[1]).toEqual({
      type: 'process.prepared',
      messageId: 'm',
      delivery: {
        runId: 'run-1',
        sessionId: 's1',
        input: { kind: 'inline', text: 'do it\n' },
        inputOffset: 3,
        outputOffset: 7,
        notice: null,
        note: {},
      },
    });
  });

  it('may be refused', async () => {
    const failure = { code: 'model_not_found', message: 'No.' };
    const { preparer, reported } = start([{ state: {}, outcome: 'failed', failure }]);

    await preparer.begin(MESSAGE);

    await expect.poll(() => reported).toEqual([{ type: 'process.failed', failure }]);
  });

  it('may be refused like every other one: the next gets another process', async () => {
    const failure = { code: 'auth', message: 'Log in.' };
    const { preparer, reported } = start([{ state: {}, outcome: 'refused', failure }, READY]);

    await preparer.begin(MESSAGE);
    await expect.poll(() => reported).toEqual([{ type: 'process.failed', failure }]);
    await preparer.begin(MESSAGE);

    await expect.poll(() => reported[1]).toEqual({ type: 'process.unfit' });
  });

  it('may need another process, which is launched with how this one stands', async () => {
    const state = { sessionId: 'gone' };
    const { preparer, reported, unfit } = start([{ state, outcome: 'unfit' }]);

    await preparer.begin(MESSAGE);

    await expect.poll(() => reported).toEqual([{ type: 'process.unfit' }]);
    expect(unfit).toEqual([state]);
  });

  it('is told of no more once it is not wanted, and the output goes on', async () => {
    const { preparer, channel, conversation, live, reported } = start([READY]);

    await preparer.begin(MESSAGE);
    preparer.release();
    await conversation.take(live, { state: {}, isPong: true });

    expect(channel.resume).toHaveBeenCalled();
    expect(reported.map(({ type }) => type)).not.toContain('process.prepared');
  });
});

describe('a message that is handed over', () => {
  const delivery = {
    runId: 'run-1',
    sessionId: 's1',
    input: { kind: 'inline', text: 'do it\n' },
    inputOffset: 3,
    outputOffset: 7,
  };

  it('is written as it was journaled, and only then is the output read on', async () => {
    const { preparer, channel, live, written } = start([]);

    await preparer.deliver(MESSAGE, delivery);

    expect(live.given).toEqual({
      message: MESSAGE,
      line: Buffer.from('do it\n'),
      inputOffset: 3,
      notice: null,
    });
    expect(written).toEqual(['give\n', 'do it\n']);
    expect(channel.resume).toHaveBeenCalled();
    expect(channel.free).toHaveBeenCalledWith({ input: 3, output: 7 });
  });

  it('keeps what a codec reads again from the beginning', async () => {
    const { preparer, channel } = start([], { isOpened: () => true });

    await preparer.deliver(MESSAGE, delivery);

    expect(channel.free).not.toHaveBeenCalled();
  });

  it('is not written to a process that is gone', async () => {
    const { preparer, conversation, written } = start([]);
    conversation.letGo();

    await preparer.deliver(MESSAGE, delivery);

    expect(written).toEqual([]);
  });
});
