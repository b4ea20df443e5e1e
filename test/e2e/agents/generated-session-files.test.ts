import { expect, it } from 'vitest';
import { eventsOf, ofType } from '../../agents/claude/stand-in.ts';
import { generateDamage } from '../../support/generated-session-damage.ts';
import { createRandom } from '../../support/random.ts';
import { echo } from '../../support/scripted-turns.ts';
import { AGENTS, type ChatUnderTest } from './agent-under-test.ts';
import { isAtRest, keepSession } from './kept-session.ts';

/** `SESSION_DAMAGES=150 SESSION_SEED=7`: so many of each agent, and the ones that were seen before. */
const DAMAGES = Number(process.env['SESSION_DAMAGES'] ?? 4);
const SEED = Number(process.env['SESSION_SEED'] ?? Date.now() % 1_000_000);

/** Of an agent that does not say where it keeps a session nobody can tell what became of it. */
const CASES = AGENTS.filter(({ lacks }) => lacks.byHand === undefined);

it.each(CASES)(
  `goes on after ${DAMAGES} damages to the session files of $name, or says what it forgot (seed ${SEED})`,
  async ({ open }) => {
    console.log(`session damages: ${DAMAGES}, seed: ${SEED}`);
    const random = createRandom(SEED);
    const chat = await open({ turn: echo, idleMs: 200 });
    for (const text of ['the first', 'the second']) await chat.run(text);
    await isAtRest(chat);
    const restore = keepSession(chat);
    const failures: string[] = [];
    for (let round = 1; round <= DAMAGES; round += 1) {
      const { name, happen } = generateDamage(random);
      await happen(restore());
      const failure = await tryNext(chat, `the next in round ${round}`).catch(String);
      if (failure === null) continue;
      failures.push(`${round}: ${name}: ${failure}`);
      console.log(failures.at(-1));
    }
    expect(failures).toEqual([]);
  },
  120_000 + DAMAGES * 30_000,
);

/** Null when the chat takes its next message, and says it if the agent does not know all of what was before. */
async function tryNext(chat: ChatUnderTest, text: string): Promise<string | null> {
  const { end } = await chat.run(text);
  const exits = ofType(chat.facts, 'agent.exited').length;
  const asked = JSON.stringify(chat.asked().at(-1)?.request);
  const losses = eventsOf(chat.facts, 'session-gap').filter(
    ({ payload }) => payload['reason'] === 'context_lost',
  );
  await isAtRest(chat);
  if (end?.outcome !== 'completed') return `it ended ${JSON.stringify(end)}`;
  if (exits > 0) return 'the agent ended';
  if (!asked.includes(text)) return 'the model was not asked';
  if (losses.length > 1) return `${losses.length} notices`;
  const forgotten = ['the first', 'the second'].filter((one) => !asked.includes(one));
  if (forgotten.length > 0 && losses.length === 0)
    return `it forgot ${forgotten.join(' and ')} without a word`;
  return null;
}
