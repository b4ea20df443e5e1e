import { describe, expect, it } from 'vitest';
import type { ProcessOrder, ProcessTold } from '../../../machines/agent-process.events.ts';
import { message } from '../../support/chat-words.ts';
import {
  ATTACHED,
  EXITED,
  FAILURE,
  INTERRUPT,
  LAUNCHED,
  LEFT_RESTING,
  LEFT_WORKING,
  REQUEST,
  RESERVED,
  RESTED,
  STOP,
  TURN_ENDED,
  WORKED,
  WORKING,
  ABANDON,
  settled,
  deliver,
  prepare,
  ready,
} from '../../support/process-words.ts';
import { startProcess } from '../../support/start-process.ts';
import { leafOf } from '../../support/state-names.ts';

const RESTING = [...WORKING, TURN_ENDED, RESTED];

describe('a message', () => {
  it('launches a process, is prepared, and is handed over once', () => {
    const { orders, told, take } = startProcess();

    take(...WORKING);

    expect(namesOf(orders)).toEqual(['launch m1', 'prepare m1', 'agent.deliver m1']);
    expect(namesOf(told)).toEqual(['turn.prepared m1']);
  });

  it('goes to the process that rests, which no room and no idleness ends from then on', () => {
    const { process, orders, take } = startProcess();

    take(...RESTING, prepare('m2'), ready('m2'), { type: 'process.retire' }, 24 * 3_600_000);

    expect(leafOf(process.getSnapshot())).toBe('alive.reserved');
    expect(namesOf(orders).filter((name) => name.startsWith('launch'))).toEqual(['launch m1']);
  });

  it('waits until a process that leaves is settled, and gets another one', () => {
    const { orders, take } = startProcess();

    take(...RESTING, { type: 'process.retire' }, prepare('m2'));
    expect(namesOf(orders).at(-1)).toBe('leave');
    take(EXITED, settled('rested'));

    expect(namesOf(orders).slice(-2)).toEqual(['settle', 'launch m2']);
  });

  it('that its process is not fit for goes to another one', () => {
    const { orders, take } = startProcess();

    take(...RESTING, prepare('m2'), { type: 'process.unfit' }, EXITED, settled('rested'));

    expect(namesOf(orders).slice(-4)).toEqual(['prepare m2', 'leave', 'settle', 'launch m2']);
  });

  it('takes no preparation of another one for its own', () => {
    const { process, told, take } = startProcess();

    take(prepare('m1'), LAUNCHED, ABANDON, prepare('m2'), ready('m1'));
    expect(leafOf(process.getSnapshot())).toBe('alive.preparing.stepping');
    take(ready('m2'));

    expect(namesOf(told)).toEqual(['turn.prepared m2']);
  });

  it('that is not wanted any more leaves the process to rest', () => {
    const { process, orders, take } = startProcess();

    take(...RESERVED, ABANDON);

    expect(namesOf(orders).slice(-2)).toEqual(['release', 'rest']);
    expect(leafOf(process.getSnapshot())).toBe('alive.resting');
  });

  it('whose process died before it was handed over is prepared for another one', () => {
    const { orders, take } = startProcess();

    take(...RESERVED, EXITED, deliver('m1'), settled('rested'));

    expect(namesOf(orders).slice(-2)).toEqual(['settle', 'launch m1']);
  });

  it('that is not wanted any more when its process is there is not prepared', () => {
    const { process, orders, take } = startProcess();

    take(prepare('m1'), ABANDON, LAUNCHED);

    expect(namesOf(orders)).toEqual(['launch m1', 'rest']);
    expect(leafOf(process.getSnapshot())).toBe('alive.resting');
  });

  it('ends with what was said, where no process can be launched', () => {
    const { told, take } = startProcess();

    take(prepare('m1'), { type: 'process.failed', failure: FAILURE });

    expect(told).toEqual([{ type: 'agent.exited', failure: FAILURE }]);
  });

  it('ends with the failure of a process that was launched for it and went before it was ready', () => {
    const { process, told, take } = startProcess();

    take(prepare('m1'), LAUNCHED, EXITED, settled('rested'));

    expect(told).toEqual([{ type: 'agent.exited', failure: FAILURE }]);
    expect(leafOf(process.getSnapshot())).toBe('absent');
  });

  it('gets one process after the other that cannot begin yet, until five went, in the words of the last', () => {
    const { orders, told, take } = startProcess();

    take(prepare('m1'));
    for (let death = 1; death < 5; death += 1) take(LAUNCHED, EXITED, settled('again'));
    expect([namesOf(orders).filter((name) => name === 'launch m1').length, told]).toEqual([5, []]);
    take(LAUNCHED, EXITED, settled('again'));

    expect(told).toEqual([{ type: 'agent.exited', failure: FAILURE }]);
    expect(namesOf(orders).at(-1)).toBe('settle');
  });

  it('cannot be said into a turn that does not run', () => {
    const { told, take } = startProcess();

    take(...RESTING, { type: 'agent.steer', message: message('m2') });

    expect(told.at(-1)).toEqual({ type: 'steer.refused', messageId: 'm2', position: null });
  });
});

describe('a process that dies', () => {
  it('has its message given again where that cannot be done twice, and ended where it could be', () => {
    const again = startProcess();
    const cutOff = startProcess();

    again.take(...WORKING, EXITED, settled('again'));
    cutOff.take(...WORKING, EXITED, settled('cutOff'));

    expect(namesOf(again.orders).at(-1)).toBe('launch m1');
    expect(namesOf(again.told)).toEqual(['turn.prepared m1']);
    expect(cutOff.told.at(-1)).toEqual({ type: 'agent.exited', failure: FAILURE });
  });

  it('five times within a minute is not launched again until one death is a minute old', () => {
    const { orders, told, take } = startProcess();
    for (let death = 0; death < 5; death += 1) take(...WORKING, EXITED, settled('cutOff'));

    take(prepare('m2'));
    const message = 'The agent ended 5 times within a minute. Send the message again later.';
    expect(told.at(-1)).toEqual({ type: 'agent.exited', failure: { code: 'agent_exited', message } });
    take(60_000, prepare('m3'));

    expect(namesOf(orders).at(-1)).toBe('launch m3');
  });

  it('because it was told to does not count', () => {
    const { orders, take } = startProcess();
    for (let end = 0; end < 8; end += 1)
      take(...RESTING, { type: 'process.retire' }, EXITED, settled('rested'));

    take(prepare('m2'));

    expect(namesOf(orders).at(-1)).toBe('launch m2');
  });
});

describe('room for the processes of other chats', () => {
  it('is taken again by one that rested when it works, and not by one that leaves', () => {
    const { orders, take } = startProcess();
    take(...RESTING);
    orders.splice(0);

    take({ type: 'process.worked' }, { type: 'process.rested' }, { type: 'process.retire' });

    expect(namesOf(orders)).toEqual(['work', 'rest', 'leave']);
  });
});

describe('the ladder', () => {
  it('asks, terminates, kills, and takes what does not die for gone', () => {
    const { orders, take } = startProcess();
    take(...RESTING);
    orders.splice(0);

    take({ type: 'process.retire' }, 2_000, 3_000, 3_000);

    expect(namesOf(orders)).toEqual(['leave', 'terminate', 'kill', 'settle']);
  });

  it('does not wait for a process that knows no word to leave', () => {
    const { orders, take } = startProcess();

    take(...RESTING, { type: 'process.retire' }, { type: 'process.speechless' });

    expect(namesOf(orders).slice(-2)).toEqual(['leave', 'terminate']);
  });

  it('is climbed by a turn that does not end when it is interrupted, and its chat is told', () => {
    const { orders, told, take } = startProcess();

    take(...WORKING, INTERRUPT, 5_000, EXITED, settled('cutOff'));

    expect(namesOf(orders).slice(-3)).toEqual(['interrupt', 'terminate', 'settle']);
    expect(told.at(-1)).toEqual({ type: 'agent.exited', failure: FAILURE });
  });

  it('is climbed to its end when the turn ends on the way, and nobody waits for that any more', () => {
    const { told, take } = startProcess();

    take(...WORKING, INTERRUPT, 5_000, TURN_ENDED, EXITED, settled('rested'));

    expect(namesOf(told)).toEqual(['turn.prepared m1']);
  });

  it('is left alone by a turn that ends in time', () => {
    const { process, take } = startProcess();

    take(...WORKING, INTERRUPT, TURN_ENDED, 60_000);

    expect(leafOf(process.getSnapshot())).toBe('alive.working.undisturbed');
  });

  it('starts with a kill where the output is damaged, and the chat is told why', () => {
    const { orders, told, take } = startProcess();
    const damaged = { code: 'agent_output_damaged', message: 'It was cut off.' };

    take(...WORKING, { type: 'process.damaged', failure: damaged }, EXITED, settled('cutOff'));

    expect(namesOf(orders).slice(-2)).toEqual(['kill', 'settle']);
    expect(told.at(-1)).toEqual({ type: 'agent.exited', failure: damaged });
  });
});

describe('a chat that ends', () => {
  it('is told once that its process is gone, whatever that was doing', () => {
    const { told, take } = startProcess();

    take(...WORKING, STOP, 2_000, 3_000, EXITED, settled('ended'));

    expect(told.slice(1)).toEqual([{ type: 'agent.exited', failure: FAILURE }]);
  });

  it('is told at once where no process is', () => {
    const { orders, told, take } = startProcess();

    take(STOP);

    const failure = { code: 'agent_exited', message: 'The agent does not run.' };
    expect(told).toEqual([{ type: 'agent.exited', failure }]);
    expect(orders).toEqual([]);
  });

  it('has a process that is being launched ended as soon as it is there', () => {
    const { orders, take } = startProcess();

    take(prepare('m1'), STOP, LAUNCHED);

    expect(namesOf(orders)).toEqual(['launch m1', 'abortLaunch', 'leave']);
  });
});

describe('a process that an earlier engine left', () => {
  it('goes on where it stood', () => {
    const resting = startProcess(LEFT_RESTING);
    const working = startProcess(LEFT_WORKING);

    resting.take(ATTACHED, RESTED);
    working.take({ type: 'process.found', is: 'running', message: message('m1') }, WORKED);

    expect(leafOf(resting.process.getSnapshot())).toBe('alive.resting');
    expect(leafOf(working.process.getSnapshot())).toBe('alive.working.undisturbed');
  });

  it('never began: its message is given to another one', () => {
    const { orders, take } = startProcess(LEFT_WORKING);

    take({ type: 'process.found', is: 'absent', message: message('m1') });

    expect(namesOf(orders)).toEqual(['attach', 'launch m1']);
  });

  it('is interrupted as soon as it is known to work, where the chat wanted that before', () => {
    const { orders, take } = startProcess(LEFT_WORKING);

    take(INTERRUPT, { type: 'process.found', is: 'running', message: message('m1') }, WORKED);

    expect(namesOf(orders)).toEqual(['attach', 'interrupt']);
  });

  it('and that died meanwhile is no death that anybody watched', () => {
    const { orders, take } = startProcess(LEFT_WORKING);

    take({ type: 'process.found', is: 'ended', message: message('m1') }, EXITED);

    expect(orders.at(-1)).toEqual({
      type: 'settle',
      code: 1,
      isAsked: false,
      isFound: true,
      isUnresponsive: false,
    });
  });

  it('gets what the chat says to it as soon as it is found', () => {
    const { orders, take } = startProcess(LEFT_WORKING);
    const answer = { type: 'agent.answer', request: REQUEST, answer: { decision: 'allow' } } as const;

    take(answer, { type: 'agent.ping' }, { type: 'agent.stopTask', taskId: 't1' });

    expect(namesOf(orders)).toEqual(['attach', 'agent.answer', 'agent.ping', 'agent.stopTask']);
  });

  it('leaves as soon as it is found, where the chat ended before that', () => {
    const { orders, take } = startProcess(LEFT_RESTING);

    take(STOP, ATTACHED);

    expect(namesOf(orders)).toEqual(['attach', 'leave']);
  });

  it('is not there any more for a chat that ended before that was known', () => {
    const { told, orders, take } = startProcess(LEFT_WORKING);

    take(STOP, { type: 'process.found', is: 'absent', message: message('m1') });

    const failure = { code: 'agent_exited', message: 'The agent does not run.' };
    expect([told, namesOf(orders)]).toEqual([[{ type: 'agent.exited', failure }], ['attach']]);
  });

  it('cannot be looked for: the message that waits ends with why, and the next one launches another', () => {
    const { orders, told, take } = startProcess(LEFT_RESTING);

    take(prepare('m1'), { type: 'process.broken', failure: FAILURE });
    expect(told).toEqual([{ type: 'agent.exited', failure: FAILURE }]);
    expect(namesOf(orders)).toEqual(['attach']);
    take(prepare('m2'));

    expect(namesOf(orders)).toEqual(['attach', 'launch m2']);
  });

  it('does not say what it does is killed after half a minute', () => {
    const { orders, take } = startProcess(LEFT_RESTING);

    take(ATTACHED, 30_000);

    expect(namesOf(orders)).toEqual(['attach', 'kill']);
  });
});

/** Each with the message it is about. */
function namesOf(words: readonly (ProcessOrder | ProcessTold)[]): string[] {
  return words.map((word) => {
    if ('message' in word) return `${word.type} ${word.message.messageId}`;
    return 'messageId' in word ? `${word.type} ${word.messageId}` : word.type;
  });
}
