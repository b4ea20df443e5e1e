import { describe, expect, it } from 'vitest';
import type { StateValueFrom } from 'xstate';
import type { credentialMachine } from '../../../machines/credential.machine.ts';
import type { CredentialEvent } from '../../../machines/credential.setup.ts';
import {
  ABSENT,
  AHEAD,
  BROKEN,
  HOUR,
  ISSUED,
  JUMPED,
  MANUAL,
  REFUSED,
  REJECTED,
  UNAVAILABLE,
  startCredential,
  type CredentialStep,
} from '../../support/start-credential.ts';
import { entriesOf, leafOf } from '../../support/state-names.ts';
import type { LeafOf } from '../../support/state-names.ts';

type State = LeafOf<StateValueFrom<typeof credentialMachine>>;
type EventKey =
  'issued' | 'absent' | 'refused' | 'unavailable' | 'broken' | 'manual' | 'rejection' | 'clock jumped';

const EVENTS: Record<EventKey, CredentialEvent> = {
  issued: ISSUED,
  absent: ABSENT,
  refused: REFUSED,
  unavailable: UNAVAILABLE,
  broken: BROKEN,
  manual: MANUAL,
  rejection: REJECTED,
  'clock jumped': JUMPED,
};

const ROUTE_TO: Record<State, CredentialStep[]> = {
  refreshing: [],
  fresh: [ISSUED],
  absent: [ABSENT],
  backingOff: [UNAVAILABLE],
  rejected: [REFUSED],
};

const ENDS = ['issued', 'absent', 'refused', 'unavailable', 'broken'] as const;

/** Not `Partial`: a new state or event does not compile until each of its cells is decided. */
const NEXT: Record<State, Record<EventKey, State>> = {
  refreshing: {
    issued: 'fresh',
    absent: 'absent',
    refused: 'rejected',
    unavailable: 'backingOff',
    broken: 'backingOff',
    manual: 'refreshing',
    rejection: 'refreshing',
    'clock jumped': 'refreshing',
  },
  fresh: {
    ...ignoring('fresh'),
    manual: 'refreshing',
    rejection: 'refreshing',
    'clock jumped': 'refreshing',
  },
  absent: {
    ...ignoring('absent'),
    manual: 'refreshing',
    rejection: 'refreshing',
    'clock jumped': 'refreshing',
  },
  backingOff: {
    ...ignoring('backingOff'),
    manual: 'refreshing',
    rejection: 'refreshing',
    'clock jumped': 'refreshing',
  },
  rejected: {
    ...ignoring('rejected'),
    manual: 'refreshing',
    rejection: 'refreshing',
    'clock jumped': 'refreshing',
  },
};

/** How long each state lasts when nothing happens, and where it leads then. */
const LEFT_ALONE: Record<State, [number, State]> = {
  refreshing: [60_000, 'backingOff'],
  fresh: [HOUR - AHEAD, 'refreshing'],
  absent: [HOUR, 'refreshing'],
  backingOff: [500, 'refreshing'],
  rejected: [HOUR, 'refreshing'],
};

describe('credential machine, every state × event', () => {
  for (const [from, row] of entriesOf(NEXT)) {
    for (const [key, to] of entriesOf(row)) {
      it(`${from} × ${key} → ${to}`, () => {
        const { credential, take } = startIn(from);

        // The end of an attempt that nobody waits for any more is one of an actor that is gone: it has no addressee.
        if (from === 'refreshing' || !isEnd(key)) take(EVENTS[key]);

        expect(leafOf(credential.getSnapshot())).toBe(to);
      });
    }
  }
});

describe('credential machine, every state left alone', () => {
  for (const [from, [limit, to]] of entriesOf(LEFT_ALONE)) {
    it(`${from} after ${limit} ms → ${to}`, () => {
      const { credential, take } = startIn(from);

      take(limit - 1);
      expect(leafOf(credential.getSnapshot())).toBe(from);
      take(1);

      expect(leafOf(credential.getSnapshot())).toBe(to);
    });
  }
});

function startIn(state: State) {
  const harness = startCredential();
  harness.take(...ROUTE_TO[state]);
  expect(leafOf(harness.credential.getSnapshot())).toBe(state);
  return harness;
}

function ignoring(state: State): Record<(typeof ENDS)[number], State> {
  return { issued: state, absent: state, refused: state, unavailable: state, broken: state };
}

function isEnd(key: EventKey): boolean {
  return ENDS.some((end) => end === key);
}
