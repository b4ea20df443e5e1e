import { describe, expect, it } from 'vitest';
import { eventsOf, ofType, until } from '../../agents/claude/stand-in.ts';
import { agentProcesses } from '../../support/agent-processes.ts';
import { echo } from '../../support/scripted-turns.ts';
import { SESSION_DAMAGES, sessionFileOf } from '../../support/session-damage.ts';
import { AGENTS, type ChatUnderTest } from './agent-under-test.ts';

describe.each(AGENTS)('$name, whose session file', ({ open, lacks, saidIn }) => {
  it.for(Object.keys(SESSION_DAMAGES))(
    '%s while it rests, takes the next messages, and tells if it forgot',
    async (damage, { skip }) => {
      skip(lacks.byHand !== undefined && BLOCKS.test(damage), lacks.byHand);
      const chat = await open({ turn: echo, idleMs: 200 });
      await chat.run('first');
      await until(async () => expect(await agentProcesses(chat.home)).toEqual([]));
      const sessionId = String(chat.record.sessionId);
      SESSION_DAMAGES[damage]!(sessionFileOf(chat.home, sessionId), sessionId);
      for (const text of ['second', 'third']) {
        expect((await chat.run(text)).end?.outcome).toBe('completed');
      }
      expect(saidIn(chat.facts)).toEqual(['You said: first', 'You said: second', 'You said: third']);
      expect(ofType(chat.facts, 'agent.exited')).toEqual([]);
      const isForgotten = !JSON.stringify(chat.asked().at(-1)).includes('You said: first');
      if (isForgotten && !isHidden(damage, lacks.byHand)) expect(lossesIn(chat)).toHaveLength(1);
      expect(lossesIn(chat).length).toBeLessThanOrEqual(1);
      expect(JSON.stringify(chat.asked().at(-1))).toContain('You said: second');
    },
  );
});

/** An agent that reads such a file never ends; the engine keeps it from that where it knows the place. */
const BLOCKS = /pipe|device/;

/** Part of a file is missing of which nobody knows where it lies. */
function isHidden(damage: string, unknownPlace: string | undefined): boolean {
  return unknownPlace !== undefined && damage.includes('middle');
}

function lossesIn({ facts }: ChatUnderTest) {
  return eventsOf(facts, 'session-gap').filter(({ payload }) => payload['reason'] === 'context_lost');
}
