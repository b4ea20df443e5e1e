import type { SnapshotFrom } from 'xstate';
import type { chatMachine } from '../../../machines/chat.machine.ts';
import type { ChatState } from '../../contract/chats.ts';
import { isOccupied, openRequestsOf } from '../../../machines/chat.context.ts';
import type { ChatCondition } from './recorder.ts';

type ChatSnapshot = SnapshotFrom<typeof chatMachine>;

/** How a chat stands, as its summary tells it. A chat at rest whose process is told to leave is still at rest. */
export function conditionOf(snapshot: ChatSnapshot): ChatCondition {
  const isLeavingRest = snapshot.matches('stopping') && !isOccupied(snapshot.context);
  return {
    state: stateOf(snapshot),
    processing: snapshot.hasTag('processing') && !isLeavingRest,
    awaitingInput: openRequestsOf(snapshot.context.record).length > 0,
  };
}

function stateOf(snapshot: ChatSnapshot): ChatState {
  if (snapshot.matches('running')) return 'running';
  if (snapshot.matches('interrupting')) return 'interrupting';
  if (snapshot.matches('stopping') && isOccupied(snapshot.context)) return 'interrupting';
  const { lastOutcome } = snapshot.context;
  return lastOutcome === 'errored' || lastOutcome === 'lost' ? 'errored' : 'idle';
}
