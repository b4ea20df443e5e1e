import { describe, expect, it } from 'vitest';
import type { EngineCommand } from '../../../machines/engine.events.ts';
import type { Budget } from '../../../src/contract/budget.ts';
import { ordersOf } from '../../support/chat-story.ts';
import { CRASHED, SPENT, ended, message, prepared, submit } from '../../support/chat-words.ts';
import {
  BOOT,
  POISON,
  breakOf,
  create,
  doneOf,
  restore,
  startEngineMachine,
  workOf,
} from '../../support/start-engine-machine.ts';
import type { EngineHarness } from '../../support/start-engine-machine.ts';

const LOW = { type: 'storage.low' } as const;
const RECOVERED = { type: 'storage.recovered' } as const;
const DRAIN = { type: 'engine.drain' } as const;
const CREDENTIALS = ['credential.github', 'credential.claude', 'credential.codex'];
const LOGINS = ['login.claude', 'login.codex'];
const OUTBOX_DONE = doneOf('outbox');

describe('booting', () => {
  it('lets messages wait and runs them once boot is over', () => {
    const harness = startEngineMachine();

    harness.take(create('one'), restore('two', { queue: [message('m1')] }));
    harness.say('one', submit('m2'));
    expect(harness.heard).toEqual([]);
    harness.take(BOOT);

    expect(told(harness)).toEqual(['one prepare m2', 'two prepare m1']);
  });

  it('starts no turn when the disk filled up meanwhile, until there is room', () => {
    const harness = startEngineMachine();

    harness.take(create('one'), LOW);
    harness.say('one', submit('m1'));
    harness.take(BOOT);
    expect(workOf(harness.engine)).toBe('serving.holding');
    expect(harness.heard).toEqual([]);
    harness.take(RECOVERED);

    expect(told(harness)).toEqual(['one prepare m1']);
  });

  it('forgets a shortage of storage that is over before boot is', () => {
    const { engine, take } = startEngineMachine();

    take(LOW, RECOVERED, BOOT);

    expect(workOf(engine)).toBe('serving.running');
  });
});

describe('a budget of the workspace', () => {
  const used = (turns: number, budget: Budget | null = { turns: 2 }): EngineCommand => ({
    type: 'workspace.used',
    limits: { budget, step: { turns: 2 } },
    used: { usd: 0, tokens: 0, turns },
    at: SPENT.at,
  });
  const spentIn = ({ chat }: EngineHarness, chatId: string) => chat(chatId)?.getSnapshot().context.spent;

  it('is told to all chats when it is used up, to those that come later, and when it is raised', () => {
    const harness = startEngineMachine();
    const spent = { budget: { turns: 2 }, used: { usd: 0, tokens: 0, turns: 2 }, at: SPENT.at };

    harness.take(BOOT, create('one'), used(1));
    expect(spentIn(harness, 'one')).toBeNull();
    harness.take(used(2), create('two'));
    expect([spentIn(harness, 'one'), spentIn(harness, 'two')]).toEqual([spent, spent]);
    harness.take(used(2, { turns: 3 }));

    expect([spentIn(harness, 'one'), spentIn(harness, 'two')]).toEqual([null, null]);
  });

  it('is set as a whole, and raised by what was set at first as often as it takes, or as it is said', () => {
    const { emitted, take } = startEngineMachine();

    take({ type: 'budget.raise', to: undefined });
    take({ type: 'budget.set', budget: { turns: 2 } }, used(5, { turns: 3 }));
    take({ type: 'budget.raise', to: undefined }, { type: 'budget.raise', to: { usd: 1 } });
    take({ type: 'budget.set', budget: null });

    expect(emitted).toEqual([
      { type: 'budget.changed', payload: { budget: { turns: 2 } }, record: { budgetStep: { turns: 2 } } },
      { type: 'budget.changed', payload: { budget: { turns: 7 } } },
      { type: 'budget.changed', payload: { budget: { turns: 3, usd: 1 } } },
      { type: 'budget.changed', payload: { budget: null } },
    ]);
  });
});

describe('serving', () => {
  it('runs the message of a new chat at once', () => {
    const harness = startEngineMachine();

    harness.take(BOOT, create('one'));
    harness.say('one', submit('m1'));

    expect(told(harness)).toEqual(['one prepare m1']);
  });

  it('announces nothing about a chat that is taken up from its record', () => {
    const { emitted, chat, take } = startEngineMachine();

    take(BOOT, restore('one'));

    expect(emitted).toEqual([]);
    expect(chat('one')?.getSnapshot().status).toBe('active');
  });

  it('lets running turns go on while the disk is full, and starts no other, in old chats and new ones', () => {
    const harness = startEngineMachine();

    harness.take(BOOT, create('one'));
    harness.say('one', submit('m1'), prepared('m1'), submit('m2'));
    harness.take(LOW, create('two'));
    harness.say('one', ended('m1'));
    harness.say('two', submit('m3'));
    expect(told(harness)).toEqual(['one prepare m1', 'one deliver m1']);
    harness.take(RECOVERED);

    expect(told(harness).slice(2)).toEqual(['one prepare m2', 'two prepare m3']);
  });

  it('forgets a chat that was deleted, and no other', () => {
    const { engine, take, say } = startEngineMachine();

    take(BOOT, create('one'), create('two'));
    say('one', { type: 'chat.delete' }, CRASHED);

    expect(engine.getSnapshot().context.chatIds).toEqual(['two']);
    expect(Object.keys(engine.getSnapshot().children)).toEqual([
      ...CREDENTIALS,
      ...LOGINS,
      'startHooks',
      'outbox',
      'two',
    ]);
  });
});

describe.each([
  { what: 'credential', all: CREDENTIALS },
  { what: 'login', all: LOGINS },
])('a $what that crashes', ({ what, all }) => {
  const actorId = `${what}.codex`;
  const broken = breakOf(actorId);

  it('is begun anew, apart from the others', () => {
    const { engine, emitted, take } = startEngineMachine();
    const children = () => ({ ...engine.getSnapshot().children }) as Record<string, unknown>;
    const logicOf = (actor: unknown) => (actor as { logic: unknown }).logic;
    const before = children();

    take(BOOT, broken);

    const after = children();
    expect(all.filter((id) => after[id] === before[id])).toEqual(all.slice(0, -1));
    expect(logicOf(after[actorId])).toBe(logicOf(before[actorId]));
    expect(emitted).toEqual([{ type: 'actor.crashed', actorId, isGivenUp: false, error: 'broken' }]);
  });

  it('is given up at the fourth crash within a minute, and the engine goes on', () => {
    const { engine, emitted, take } = startEngineMachine();

    take(BOOT, broken, broken, broken, broken);

    expect(Object.keys(engine.getSnapshot().children)).not.toContain(actorId);
    expect(emitted.at(-1)).toEqual({
      type: 'actor.crashed',
      actorId,
      isGivenUp: true,
      error: 'broken',
    });
    expect(workOf(engine)).toBe('serving.running');
  });
});

describe('what lives beside the work, when it crashes,', () => {
  const parts = ['startHooks', 'outbox', 'mirror', 'archive'];

  it.each(parts)('is begun anew, and given up at the fourth crash: %s', (actorId) => {
    const { engine, emitted, take } = startEngineMachine();
    const broken = breakOf(actorId);
    const child = () => (engine.getSnapshot().children as Record<string, unknown>)[actorId];
    take({ type: 'mirror.begin' }, { type: 'archive.begin' }, BOOT);
    const before = child();

    take(broken, broken, broken);
    expect(child()).not.toBe(before);
    expect(child()).toBeDefined();

    take(broken);
    expect(emitted).toEqual(
      [false, false, false, true].map((isGivenUp) => ({
        type: 'actor.crashed',
        actorId,
        isGivenUp,
        error: 'broken',
      })),
    );
    expect(workOf(engine)).toBe('serving.running');
  });
});

describe('boot that crashes', () => {
  const broken = breakOf('boot');

  it('is begun anew, and told', () => {
    const { engine, emitted, take } = startEngineMachine();
    const before = engine.getSnapshot().children.boot;

    take(broken);

    expect(workOf(engine)).toBe('booting');
    expect(engine.getSnapshot().children.boot).not.toBe(before);
    expect(emitted).toEqual([{ type: 'actor.crashed', actorId: 'boot', isGivenUp: false, error: 'broken' }]);
  });

  it('is gone on without at the fourth crash', () => {
    const { engine, emitted, take } = startEngineMachine();

    take(broken, broken, broken, broken);

    expect(workOf(engine)).toBe('serving.running');
    expect(emitted.at(-1)).toEqual({
      type: 'actor.crashed',
      actorId: 'boot',
      isGivenUp: true,
      error: 'broken',
    });
  });
});

describe('a chat that crashes', () => {
  it('is asked back without harm to the engine or to another chat', () => {
    const harness = startEngineMachine();

    harness.take(BOOT, create('one'), create('two'));
    harness.say('two', submit('m1'), prepared('m1'));
    harness.say('one', submit(POISON));
    harness.say('two', ended('m1'), submit('m2'));

    expect(harness.emitted).toEqual([
      { type: 'chat.crashed', chatId: 'one', isGivenUp: false, error: new Error('Poisoned.') },
    ]);
    expect(told(harness)).toEqual(['two prepare m1', 'two deliver m1', 'two prepare m2']);
    expect(workOf(harness.engine)).toBe('serving.running');
  });

  it('can be taken up again under its id', () => {
    const harness = startEngineMachine();

    harness.take(BOOT, create('one'));
    harness.say('one', submit(POISON));
    harness.take(restore('one', { queue: [message('m1')] }));

    expect(told(harness).at(-1)).toBe('one prepare m1');
    expect(harness.engine.getSnapshot().context.chatIds).toEqual(['one']);
  });

  it('is asked back three times within a minute and then given up', () => {
    const { engine, emitted, take } = startEngineMachine();

    take(BOOT);
    for (let crash = 0; crash < 4; crash += 1) take(poisoned('one'));

    expect(crashesIn(emitted)).toEqual([false, false, false, true]);
    expect(engine.getSnapshot().context.chatIds).toEqual([]);
  });

  it('is not asked back for a fifth time, should its end break too', () => {
    const { engine, emitted, take } = startEngineMachine();

    take(BOOT);
    for (let crash = 0; crash < 6; crash += 1) take(poisoned('one'));

    expect(crashesIn(emitted)).toEqual([false, false, false, true]);
    expect(engine.getSnapshot().context.chatIds).toEqual([]);
  });

  it('has its crashes forgotten one by one, a minute after each', () => {
    const { emitted, take } = startEngineMachine();

    take(BOOT, poisoned('one'), 30_000, poisoned('one'), poisoned('one'));
    take(30_000, poisoned('one'), poisoned('one'));

    expect(crashesIn(emitted)).toEqual([false, false, false, false, true]);
  });

  it('does not use up the budget of another', () => {
    const { emitted, take } = startEngineMachine();

    take(BOOT, poisoned('one'), poisoned('one'), poisoned('one'), poisoned('two'));

    expect(crashesIn(emitted)).toEqual([false, false, false, false]);
  });
});

describe('draining', () => {
  it('asks every chat to stop and ends when the last one is gone', () => {
    const harness = startEngineMachine();

    harness.take(BOOT, create('one'), create('two'));
    harness.say('one', submit('m1'), prepared('m1'));
    harness.take(DRAIN);
    expect(told(harness).slice(2)).toEqual(['one stop', 'two stop']);
    harness.say('one', CRASHED);
    expect(workOf(harness.engine)).toBe('draining.ending');
    harness.say('two', CRASHED);
    expect(workOf(harness.engine)).toBe('draining.telling');
    harness.take(OUTBOX_DONE);

    expect(workOf(harness.engine)).toBe('stopped');
  });

  it('starts no chat and no turn any more', () => {
    const harness = startEngineMachine();

    harness.take(BOOT, create('one'), DRAIN, create('two'), restore('three'), DRAIN);
    harness.say('one', submit('m1'));

    expect(harness.engine.getSnapshot().context.chatIds).toEqual(['one']);
    expect(told(harness)).toEqual(['one stop']);
  });

  it('is over at once without a chat, even before boot is', () => {
    const { engine, take } = startEngineMachine();

    take(DRAIN, OUTBOX_DONE);

    expect(workOf(engine)).toBe('stopped');
  });

  it('has the last events told first, then mirrored and archived', () => {
    const heard: string[] = [];
    const { take } = startEngineMachine((inspected) => {
      if (inspected.type === '@xstate.event' && inspected.actorRef.sessionId !== inspected.rootId)
        if (inspected.event.type.endsWith('.drain')) heard.push(inspected.event.type);
    });
    take({ type: 'mirror.begin' }, { type: 'archive.begin' }, BOOT);

    take(DRAIN);
    expect(heard).toEqual(['outbox.drain']);
    take(OUTBOX_DONE);

    expect(heard).toEqual(['outbox.drain', 'mirror.drain', 'archive.drain']);
  });

  it('tells the control plane how it ended for two seconds at most', () => {
    const { engine, take } = startEngineMachine();

    take(BOOT, DRAIN, 1_999);
    expect(workOf(engine)).toBe('draining.telling');
    take(1);

    expect(workOf(engine)).toBe('stopped');
  });

  it('does not wait for an outbox that was given up', () => {
    const { engine, take } = startEngineMachine();
    const broken = breakOf('outbox');

    take(BOOT, broken, broken, broken, broken);
    expect(workOf(engine)).toBe('serving.running');
    take(DRAIN);

    expect(workOf(engine)).toBe('stopped');
  });

  it('does not wait for a chat that crashes on the way, nor asks it back', () => {
    const { engine, emitted, take } = startEngineMachine();

    take(BOOT, create('one'), DRAIN, breakOf('one'));

    expect(workOf(engine)).toBe('draining.telling');
    expect(crashesIn(emitted)).toEqual([]);
  });

  it('is over after nine seconds, whatever chats do', () => {
    const { engine, take } = startEngineMachine();

    take(BOOT, create('one'), DRAIN, 9_000);

    expect(workOf(engine)).toBe('stopped');
  });
});

describe('an engine that lost its workspace to another one', () => {
  const FENCE = { type: 'engine.fence' } as const;
  const MIRROR_DONE = doneOf('mirror');

  it('ends its turns, tells the control plane nothing more, and is over when the last chat is gone', () => {
    const { engine, take, say } = startEngineMachine();
    take({ type: 'mirror.begin' }, BOOT, create('one'));
    say('one', submit('m1'));

    take(FENCE);
    expect(workOf(engine)).toBe('draining.ending');
    expect(engine.getSnapshot().children.outbox).toBeUndefined();
    take(doneOf('one'), MIRROR_DONE);

    expect(workOf(engine)).toBe('stopped');
  });
});

describe('an engine with an archive', () => {
  it('is over once the last archive was taken, or five seconds later', () => {
    const drained = () => {
      const harness = startEngineMachine();
      harness.take({ type: 'archive.begin' }, BOOT, { type: 'engine.drain' }, 2_000);
      expect(workOf(harness.engine)).toBe('draining.copying');
      return harness;
    };
    const [quick, slow] = [drained(), drained()];

    quick.take(doneOf('archive'));
    slow.take(4_999);
    expect([workOf(quick.engine), workOf(slow.engine)]).toEqual(['stopped', 'draining.copying']);
    slow.take(1);

    expect(workOf(slow.engine)).toBe('stopped');
  });
});

describe('giving the workspace to another machine', () => {
  const MOVE = { type: 'engine.move', limitMs: 60_000 } as const;
  const FINISHED = doneOf('finishTurns');
  const COPIED = doneOf('copyWorkspace');

  it('starts no turn any more while running ones go on, and is over once everything is copied', () => {
    const harness = startEngineMachine();

    harness.take(BOOT, create('one'));
    harness.say('one', submit('m1'), prepared('m1'), submit('m2'));
    harness.take(MOVE, create('two'));
    harness.say('one', ended('m1'));
    harness.say('two', submit('m3'));
    harness.take(FINISHED, COPIED, 600_000);

    expect(workOf(harness.engine)).toBe('moved');
    expect(told(harness)).toEqual(['one prepare m1', 'one deliver m1']);
  });

  it.each([
    { what: 'turns do not end', steps: [] },
    { what: 'copying does not end', steps: [FINISHED] },
  ])('is given up after its limit when $what, and what waited runs', ({ steps }) => {
    const harness = startEngineMachine();

    harness.take(BOOT, create('one'), MOVE, ...steps);
    harness.say('one', submit('m1'));
    harness.take(59_999);
    expect(told(harness)).toEqual([]);
    harness.take(1);

    expect(workOf(harness.engine)).toBe('serving.running');
    expect(told(harness)).toEqual(['one prepare m1']);
  });

  it('is not begun while the workspace is being prepared', () => {
    const { engine, take } = startEngineMachine();

    take(MOVE);

    expect(workOf(engine)).toBe('booting');
  });
});

describe('handing over', () => {
  it('lets go of the agents without a word to them', () => {
    const harness = startEngineMachine();

    harness.take(BOOT, create('one'));
    harness.say('one', submit('m1'), prepared('m1'));
    harness.take({ type: 'engine.handOver' });

    expect(workOf(harness.engine)).toBe('handedOver');
    expect(told(harness)).toEqual(['one prepare m1', 'one deliver m1', 'one detached']);
  });

  it.each(['engine.handOver', 'engine.drain'] as const)('leaves nothing running below it: %s', (type) => {
    const harness = startEngineMachine();
    harness.take(BOOT, create('one'), create('two'), { type: 'mirror.begin' });
    const before = Object.values(harness.engine.getSnapshot().children);

    harness.take({ type }, LIMITS);

    const children = [...before, ...Object.values(harness.engine.getSnapshot().children)];
    expect(children.filter((child) => child?.getSnapshot().status === 'active')).toEqual([]);
    expect(harness.heard.filter(({ command }) => command === 'detached').length).toBe(2);
  });
});

/** By then the engine has ended, whoever does not. */
const LIMITS = 9_000;

function told({ heard }: EngineHarness): string[] {
  return heard.map(({ chatId, command }) =>
    command === 'detached' ? `${chatId} detached` : `${chatId} ${ordersOf([command]).join()}`,
  );
}

/** A chat that breaks as soon as it may start. */
function poisoned(chatId: string) {
  return restore(chatId, { queue: [message(POISON)] });
}

function crashesIn(emitted: EngineHarness['emitted']): boolean[] {
  return emitted.flatMap((event) => (event.type === 'chat.crashed' ? [event.isGivenUp] : []));
}
