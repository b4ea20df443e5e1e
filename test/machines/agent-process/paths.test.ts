import { describe, expect, it } from 'vitest';
import {
  EXITED,
  INTERRUPT,
  LEFT_RESTING,
  STOP,
  WORKING,
  settled,
  ABANDON,
  prepare,
} from '../../support/process-words.ts';
import { leafOf } from '../../support/state-names.ts';
import { recordedMachine, startProcess } from '../../support/start-process.ts';
import { createTransitionCoverage } from '../../support/transition-coverage.ts';
import { finish, walkProcess, type Walk } from './walk.ts';

const WALKS = 600;
const STEPS = 60;

/** In `gone` a process is being settled; what follows on that is one step. */
const NO_PROCESS = ['attaching', 'absent', 'launching', 'gone'];

const coverage = createTransitionCoverage(recordedMachine.root);
const walks = Array.from({ length: WALKS }, (_, seed) => walkProcess(seed, STEPS, coverage.inspect));

describe('process machine, along random walks', () => {
  it('launches no process before the one before it was settled', () => {
    expect(
      violationsOf(({ stands }) =>
        stands.every((snapshot, place) => {
          const before = stands[place - 1];
          const isLaunched = leafOf(snapshot) === 'launching' && before !== undefined;
          return !isLaunched || NO_PROCESS.includes(leafOf(before));
        }),
      ),
    ).toEqual([]);
  });

  it('hands a message over only to a process that is ready for it', () => {
    expect(
      violationsOf(({ told, orders }) => {
        const readied = told.flatMap((fact) => (fact.type === 'turn.prepared' ? [fact.messageId] : []));
        return orders.filter(({ type }) => type === 'agent.deliver').length <= readied.length;
      }),
    ).toEqual([]);
  });

  it('gives nothing to a process that leaves', () => {
    expect(
      violationsOf(({ stands }) =>
        stands.every((snapshot, place) => {
          const before = stands[place - 1];
          const isBack =
            leafOf(snapshot) === 'alive.working.undisturbed' || leafOf(snapshot) === 'alive.reserved';
          return !(isBack && before !== undefined && leafOf(before).startsWith('alive.leaving'));
        }),
      ),
    ).toEqual([]);
  });

  it('buries each process that it leaves behind', () => {
    expect(
      violationsOf(({ stands }) =>
        stands.every((snapshot, place) => {
          const before = stands[place - 1];
          return !(
            before?.hasTag('alive') === true &&
            !snapshot.hasTag('alive') &&
            leafOf(snapshot) !== 'gone'
          );
        }),
      ),
    ).toEqual([]);
  });

  it('takes every transition of the machine somewhere', () => {
    const { take } = startProcess({}, coverage.inspect);
    for (let death = 0; death < 5; death += 1) take(...WORKING, EXITED, settled('cutOff'));
    take(prepare('m2'));
    startProcess({}, coverage.inspect).take(...WORKING, INTERRUPT, 5_000);
    // Rare moves in a row.
    startProcess({}, coverage.inspect).take(...WORKING, prepare('m2'), ABANDON);
    const left = startProcess(LEFT_RESTING, coverage.inspect);
    left.take(STOP, { type: 'process.found', is: 'absent', message: null });

    expect(coverage.missing()).toEqual([]);
  });

  it('always comes to an end that its chat is told of', () => {
    expect(
      violationsOf((walk) => {
        walk.told.splice(0);
        finish(walk);
        const isOver = leafOf(walk.process.getSnapshot()) === 'absent';
        return isOver && walk.told.some(({ type }) => type === 'agent.exited');
      }),
    ).toEqual([]);
  });
});

/** The shortest way on which it is not so. */
function violationsOf(isFine: (walk: Walk) => boolean): string[][] {
  const wrong = walks.filter((walk) => !isFine(walk)).map(({ route }) => route);
  return wrong.toSorted((one, other) => one.length - other.length).slice(0, 1);
}
