import { expect, it } from 'vitest';
import { eventsOf, ofType } from '../../agents/claude/stand-in.ts';
import { echo } from '../../support/scripted-turns.ts';
import { SESSION_DAMAGES } from '../../support/session-damage.ts';
import { AGENTS, type ChatUnderTest } from './agent-under-test.ts';
import { isAtRest, keepSession } from './kept-session.ts';

/** `SESSION_SEED=7` for the ones that were seen before, `SESSION_AGENTS=3` for each damage with each agent. */
const SEED = Number(process.env['SESSION_SEED'] ?? Date.now() % 1_000_000);
const SHARE = Number(process.env['SESSION_AGENTS'] ?? 1);

/** Each damage with one of the agents, by turns. */
const CASES = AGENTS.map((agent, place) => ({
  ...agent,
  damages: Object.entries(SESSION_DAMAGES).filter(
    (_, index) => (index + place + SEED) % AGENTS.length < SHARE,
  ),
}));

it.each(CASES)(
  `$name takes the next messages, and tells if it forgot, whichever damage its session file took while it rested (seed ${SEED})`,
  async ({ open, lacks, saidIn, damages }) => {
    const chat = await open({ turn: echo, idleMs: 200 });
    await chat.run('first');
    await isAtRest(chat);
    const restore = keepSession(chat);
    for (const [damage, happen] of damages) {
      if (lacks.byHand !== undefined && BLOCKS.test(damage)) continue;
      happen(restore(), String(chat.record.sessionId));
      for (const text of ['second', 'third']) {
        expect((await chat.run(text)).end?.outcome, damage).toBe('completed');
      }
      expect(saidIn(chat.facts), damage).toEqual(['You said: second', 'You said: third']);
      expect(ofType(chat.facts, 'agent.exited'), damage).toEqual([]);
      const isForgotten = !JSON.stringify(chat.asked().at(-1)).includes('You said: first');
      if (isForgotten && !isHidden(damage, lacks.byHand)) expect(lossesIn(chat), damage).toHaveLength(1);
      expect(lossesIn(chat).length, damage).toBeLessThanOrEqual(1);
      expect(JSON.stringify(chat.asked().at(-1)), damage).toContain('You said: second');
      await isAtRest(chat);
    }
  },
  600_000,
);

/** An agent that reads such a file never ends; the engine keeps it from that where it knows the place. */
const BLOCKS = /pipe|device/;

/** Part of a file is missing of which nobody knows where it lies. */
function isHidden(damage: string, unknownPlace: string | undefined): boolean {
  return unknownPlace !== undefined && damage.includes('middle');
}

function lossesIn({ facts }: ChatUnderTest) {
  return eventsOf(facts, 'session-gap').filter(({ payload }) => payload['reason'] === 'context_lost');
}
