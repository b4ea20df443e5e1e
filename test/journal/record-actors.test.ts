import { describe, expect, it } from 'vitest';
import { Actor, type AnyActorRef } from 'xstate';
import { guarded } from '../../src/journal/record-actors.ts';
import { submit } from '../support/chat-words.ts';
import { BOOT, create, startEngineMachine, workOf } from '../support/start-engine-machine.ts';

const BROKEN = new RangeError('Invalid time value');

describe('what a listener of an actor throws', () => {
  it.each(['credential.github', 'outbox', 'startHooks', 'boot'])(
    'breaks %s, which is begun anew and given up at the fourth time, and the engine goes on',
    (actorId) => {
      const { engine, emitted, take } = startEngineMachine();
      const child = () => (engine.getSnapshot().children as Record<string, AnyActorRef>)[actorId]!;

      for (let time = 0; time < 4; time += 1) guarded(child(), fail)('whatever it said');

      expect(emitted).toEqual(
        [false, false, false, true].map((isGivenUp) => ({
          type: 'actor.crashed',
          actorId,
          isGivenUp,
          error: BROKEN,
        })),
      );
      take(create('one'));
      expect(engine.getSnapshot()).toMatchObject({ status: 'active', context: { chatIds: ['one'] } });
    },
  );

  it('breaks a chat, which is asked back, and no other', () => {
    const { engine, emitted, take, say, chat } = startEngineMachine((event) => {
      if (event.type === '@xstate.actor' && event.actorRef instanceof Actor && event.actorRef.id === 'one')
        failAtSecondStep(event.actorRef);
    });
    take(BOOT, create('one'), create('two'));

    say('one', submit('m1'));
    say('two', submit('m2'));

    expect(emitted.filter(({ type }) => type === 'chat.crashed')).toEqual([
      { type: 'chat.crashed', chatId: 'one', isGivenUp: false, error: BROKEN },
    ]);
    expect(chat('two')?.getSnapshot().context.preparing?.messageId).toBe('m2');
    expect(workOf(engine)).toBe('serving.running');
  });
});

function failAtSecondStep(actor: AnyActorRef): void {
  let steps = 0;
  actor.subscribe({
    next: guarded(actor, () => {
      steps += 1;
      if (steps === 2) fail();
    }),
    error: () => undefined,
  });
}

function fail(): never {
  throw BROKEN;
}
