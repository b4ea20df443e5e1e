import type { InspectionEvent } from 'xstate';
import { createRandom, pick } from '../../../support/random.ts';
import { startChat } from '../../../support/start-chat.ts';
import type { ChatHarness } from '../../../support/start-chat.ts';
import { leafOf } from '../../../support/state-names.ts';
import { FINAL_MOVES, MOVES, STARTS } from './moves.ts';
import type { Move } from './moves.ts';

/** A chat that was walked through at random, the way it went, and where each step left it. */
export interface Walk extends ChatHarness {
  route: string[];
  stands: Stand[];
  /** How often each message was prepared by the agent. */
  preparations: Map<string, number>;
  accepted: Set<string>;
}

/** What a step left behind. */
export interface Stand {
  state: string;
  isProcessing: boolean;
  isOccupied: boolean;
}

/** In one of so many steps a walk takes a final move. */
const FINAL_MOVE_RARITY = 40;

export function walkChat(seed: number, length: number, inspect?: (event: InspectionEvent) => void): Walk {
  const random = createRandom(seed);
  const start = pick(random, STARTS);
  const known = [...(start.queue ?? []), ...(start.session?.turn ? [start.session.turn.message] : [])];
  const walk: Walk = {
    ...startChat(start, inspect),
    route: [],
    stands: [],
    preparations: new Map(),
    accepted: new Set(known.map(({ messageId }) => messageId)),
  };
  for (let step = 0; step < length && walk.chat.getSnapshot().status === 'active'; step += 1) {
    const isFinal = Math.floor(random() * FINAL_MOVE_RARITY) === 0;
    const [name, move] = pick(random, Object.entries(isFinal ? FINAL_MOVES : MOVES));
    take(walk, name, move);
  }
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
  walk.stands.push(standOf(walk.chat));
}

function standOf(chat: Walk['chat']): Stand {
  const snapshot = chat.getSnapshot();
  const { current, selfDirected } = snapshot.context;
  return {
    state: leafOf(snapshot),
    isProcessing: snapshot.hasTag('processing'),
    isOccupied: current !== null || selfDirected,
  };
}
