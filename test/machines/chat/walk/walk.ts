import type { InspectionEvent } from 'xstate';
import { createRandom, pick } from '../../../support/random.ts';
import { startChat } from '../../../support/start-chat.ts';
import type { ChatHarness, ChatStart } from '../../../support/start-chat.ts';
import { FINAL_MOVES, MOVES, STARTS } from './moves.ts';
import type { Move } from './moves.ts';

/** A chat that was walked through at random, and the way it went. */
export interface Walk extends ChatHarness {
  start: ChatStart;
  route: string[];
  /** How often each message was prepared by the agent. */
  preparations: Map<string, number>;
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

function beginWalk(start: ChatStart, inspect?: (event: InspectionEvent) => void): Walk {
  return { ...startChat(start, inspect), start, route: [], preparations: new Map() };
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
