import type { InspectionEvent, SnapshotFrom } from 'xstate';
import type { ChatEmitted, ChatInput } from '../../../../machines/chat.events.ts';
import type { chatMachine } from '../../../../machines/chat.machine.ts';
import { createRandom, pick } from '../../../support/random.ts';
import { startChat } from '../../../support/start-chat.ts';
import type { ChatHarness } from '../../../support/start-chat.ts';
import { FINAL_MOVES, MOVES, STARTS } from './moves.ts';
import type { Move } from './moves.ts';

/** A chat that was walked through at random, the way it went, and where each step left it. */
export interface Walk extends ChatHarness {
  start: Partial<ChatInput>;
  route: string[];
  stands: Stand[];
  /** How often each message was prepared by the agent. */
  preparations: Map<string, number>;
}

/** What one step of the machine said and left behind. */
export interface Stand {
  emitted: ChatEmitted[];
  snapshot: SnapshotFrom<typeof chatMachine>;
}

/** In one of so many steps a walk takes a final move. */
const FINAL_MOVE_RARITY = 20;

export function walkChat(seed: number, length: number, inspect?: (event: InspectionEvent) => void): Walk {
  const random = createRandom(seed);
  const start = pick(random, STARTS);
  const walk = beginWalk(start, inspect);
  for (let step = 0; step < length && walk.chat.getSnapshot().status === 'active'; step += 1) {
    const isFinal = Math.floor(random() * FINAL_MOVE_RARITY) === 0;
    const [name, move] = pick(random, Object.entries(isFinal ? FINAL_MOVES : MOVES));
    take(walk, name, move);
  }
  return walk;
}

function beginWalk(start: Partial<ChatInput>, inspect?: (event: InspectionEvent) => void): Walk {
  const harness = startChat(start, inspect);
  const walk: Walk = { ...harness, start, route: [], stands: [], preparations: new Map() };
  let told = 0;
  harness.chat.subscribe((snapshot) => {
    walk.stands.push({ emitted: harness.emitted.slice(told), snapshot });
    told = harness.emitted.length;
  });
  return walk;
}

function take(walk: Walk, name: string, move: Move): void {
  const { context } = walk.chat.getSnapshot();
  const step = move(context, `m${walk.route.length}`);
  if (step === undefined || step === null) return;
  walk.route.push(name);
  if (typeof step === 'object' && step.type === 'turn.prepared') {
    walk.preparations.set(step.messageId, (walk.preparations.get(step.messageId) ?? 0) + 1);
  }
  walk.take(step);
}
