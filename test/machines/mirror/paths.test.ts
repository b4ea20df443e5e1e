import { describe, expect, it } from 'vitest';
import type { SnapshotFrom } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { mirrorMachine } from '../../../machines/mirror.machine.ts';
import type { MirrorEvent } from '../../../machines/mirror.setup.ts';
import { createRandom, pick } from '../../support/random.ts';
import {
  CAUGHT_UP,
  CLAIMED,
  CLAIM_FAILED,
  COPY_DRAINED,
  COPY_FAILED,
  COPY_REFUSED,
  DIVERGED,
  DRAIN,
  FELL_BEHIND,
  GAP,
  TAKEN,
  startMirror,
  type MirrorStep,
} from '../../support/start-mirror.ts';
import { leafOf } from '../../support/state-names.ts';
import { routeOf } from '../../support/steps.ts';

type Snapshot = SnapshotFrom<typeof mirrorMachine>;

const COPYING = [CAUGHT_UP, FELL_BEHIND, GAP, COPY_REFUSED, COPY_FAILED, COPY_DRAINED, DRAIN];

/** What can happen in each state: its own actor answers, its time passes, or the engine stops. */
const POSSIBLE: Record<string, MirrorStep[]> = {
  claiming: [CLAIMED, TAKEN, DIVERGED, CLAIM_FAILED, DRAIN],
  'copying.behind': COPYING,
  'copying.mirroring': COPYING,
  away: [60_000, DRAIN],
  diverged: [60_000, DRAIN],
};

function stepsFrom(snapshot: Pick<Snapshot, 'value'>): MirrorStep[] {
  return POSSIBLE[leafOf(snapshot as never)] ?? [];
}

const paths = getShortestPaths(mirrorMachine, {
  events: (snapshot) => stepsFrom(snapshot).filter((step): step is MirrorEvent => typeof step !== 'number'),
  serializeState: ({ value }) => JSON.stringify(value),
});

const shortest = paths.flatMap(({ steps, state }) => {
  const events = steps.slice(1).map((step) => step.event); // the first step is `xstate.init`
  return [events, ...stepsFrom(state).map((step) => [...events, step])];
});

describe('mirror machine, along every shortest path and on walks of a hundred steps', () => {
  const walked = [...shortest.map(walk), ...Array.from({ length: 100 }, (_, seed) => wander(seed))];

  it('copies only under an epoch that was claimed, and one copy at a time', () => {
    const wrong = walked.filter(({ heard }) => {
      let copies = 0;
      return heard.some((what) => {
        if (what.startsWith('copy behind')) copies += 1;
        if (what === 'stop copying') copies -= 1;
        return copies > 1 || what.endsWith(' in 0');
      });
    });

    expect(wrong.map(({ route }) => route)).toEqual([]);
  });

  it('asks for the log no more once another engine has it', () => {
    const wrong = walked.filter(
      ({ status, emitted }) => emitted.some(({ type }) => type === 'workspace.moved') && status !== 'done',
    );

    expect(wrong.map(({ route }) => route)).toEqual([]);
  });

  it('is over only when another engine has the log, or after a drain', () => {
    const wrong = walked.filter(
      ({ status, steps }) =>
        status === 'done' && !steps.some((step) => step === TAKEN || step === DRAIN || step === COPY_DRAINED),
    );

    expect(wrong.map(({ route }) => route)).toEqual([]);
  });

  it('never fails', () => {
    expect(walked.filter(({ status }) => status === 'error').map(({ route }) => route)).toEqual([]);
  });
});

function walk(steps: readonly MirrorStep[]) {
  const { mirror, emitted, heard, take } = startMirror();
  take(...steps);
  return { route: routeOf(steps), steps, emitted, heard, status: mirror.getSnapshot().status };
}

function wander(seed: number) {
  const random = createRandom(seed);
  const { mirror, emitted, heard, take } = startMirror();
  const steps: MirrorStep[] = [];
  for (let count = 0; count < 100; count++) {
    const possible = stepsFrom(mirror.getSnapshot());
    if (possible.length === 0) break;
    const step = pick(random, possible);
    steps.push(step);
    take(step);
  }
  const route = `seed ${seed}: ${steps.length} steps`;
  return { route, steps, emitted, heard, status: mirror.getSnapshot().status };
}
