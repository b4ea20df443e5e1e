import type { SnapshotFrom } from 'xstate';
import type { chatMachine } from '../../machines/chat.machine.ts';
import type { ChatState } from '../contract/chats.ts';
import type { ChatCondition } from './recorder.ts';

type ChatSnapshot = SnapshotFrom<typeof chatMachine>;

/** How a chat stands, as its summary tells it. */
export function conditionOf(snapshot: ChatSnapshot): ChatCondition {
  return {
    state: stateOf(snapshot),
    processing: snapshot.hasTag('processing'),
    awaitingInput: snapshot.context.requests.length > 0,
  };
}

function stateOf(snapshot: ChatSnapshot): ChatState {
  if (snapshot.matches('running')) return 'running';
  if (snapshot.matches('interrupting') || snapshot.matches('stopping')) return 'interrupting';
  return snapshot.matches({ resting: 'errored' }) ? 'errored' : 'idle';
}
