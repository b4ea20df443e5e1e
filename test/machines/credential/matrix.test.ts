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
import { StateMatrix } from '../../support/state-matrix.ts';
import { leafOf, type LeafOf } from '../../support/state-names.ts';

type State = LeafOf<StateValueFrom<typeof credentialMachine>>;
type EventKey = keyof typeof EVENTS;

const EVENTS = {
  issued: ISSUED,
  absent: ABSENT,
  refused: REFUSED,
  unavailable: UNAVAILABLE,
  broken: BROKEN,
  manual: MANUAL,
  rejection: REJECTED,
  'clock jumped': JUMPED,
} satisfies Record<string, CredentialEvent>;

const ROUTE_TO: Record<State, CredentialStep[]> = {
  refreshing: [],
  fresh: [ISSUED],
  absent: [ABSENT],
  backingOff: [UNAVAILABLE],
  rejected: [REFUSED],
};

const ASKED = { manual: 'refreshing', rejection: 'refreshing', 'clock jumped': 'refreshing' } as const;

const MOVES: Record<State, Partial<Record<EventKey, State>>> = {
  refreshing: {
    issued: 'fresh',
    absent: 'absent',
    refused: 'rejected',
    unavailable: 'backingOff',
    broken: 'backingOff',
  },
  fresh: ASKED,
  absent: ASKED,
  backingOff: ASKED,
  rejected: ASKED,
};

/** How long each state lasts when nothing happens, and where it leads then. */
const LEFT_ALONE: Record<State, [number, State]> = {
  refreshing: [60_000, 'backingOff'],
  fresh: [HOUR - AHEAD, 'refreshing'],
  absent: [HOUR, 'refreshing'],
  backingOff: [500, 'refreshing'],
  rejected: [HOUR, 'refreshing'],
};

const matrix = new StateMatrix({
  start: startCredential,
  stateOf: ({ credential }): State => leafOf(credential.getSnapshot()),
  routes: ROUTE_TO,
  events: EVENTS,
  moves: MOVES,
  ends: ['issued', 'absent', 'refused', 'unavailable', 'broken'],
});

matrix.describe('credential machine, every state × event');
matrix.describeLeftAlone('credential machine, every state left alone', LEFT_ALONE);
