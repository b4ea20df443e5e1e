import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { latestPrompt } from '../../src/dev/messages-request.ts';
import { inPieces, pause, say, useTool } from '../../src/dev/scripted-steps.ts';
import { scriptTurns } from '../../src/dev/turn-script.ts';
import { expectNoAgents, killAgents } from '../support/agent-processes.ts';
import { deltasOf, expectExactlyOneEnd, expectNoGap, textsOf } from '../support/assertions.ts';
import { longText, saidIn } from '../support/scripted-turns.ts';
import { expectWholeLog } from '../support/whole-log.ts';
import { startWorkspace } from '../support/workspace.ts';

/** `ENDURANCE_KILLS=50 ENDURANCE_PAIR_KILLS=20 npx vitest run … test/e2e/endurance.test.ts` for the long run. */
const KILLS = Number(process.env['ENDURANCE_KILLS'] ?? 2);
const PAIR_KILLS = Number(process.env['ENDURANCE_PAIR_KILLS'] ?? 2);
const LIMIT = 60_000 + (KILLS + PAIR_KILLS) * 30_000;

const THINKING_ALOUD = longText(20_000);

/** A turn of about two seconds: a text in pieces, a tool that leaves one line behind, another text. */
const script = scriptTurns((prompt, results) =>
  results.length === 0
    ? {
        ...say(...inPieces(THINKING_ALOUD, { size: 500, between: pause(15) })),
        blocks: [
          { type: 'text', parts: inPieces(THINKING_ALOUD, { size: 500, between: pause(15) }) },
          ...useTool('Bash', { command: `echo "${prompt}" >> ran.txt; sleep 0.5` }).blocks,
        ],
      }
    : say(...inPieces(`${THINKING_ALOUD} ${prompt}`, { size: 500, between: pause(10) })),
);

it(
  `completes every turn over ${KILLS} kills of the engine at random moments`,
  async () => {
    const { client, chatId, model, home, folder, kill, start, engine } = await startWorkspace({ script });
    const stream = await client.follow({ resume: true });
    const messageIds: string[] = [];
    for (let round = 0; round < KILLS; round += 1) {
      messageIds.push(await client.send(chatId, `round ${round}`, { messageId: `m${round}` }));
      await delay(Math.random() * 2_500);
      await kill();
      await start();
      expect(await stream.waitForEnd(`m${round}`)).toMatchObject({ payload: { outcome: 'completed' } });
    }
    const prompts = messageIds.map((_, round) => `round ${round}`);
    expect(textsOf(deltasOf(stream.events, chatId))).toEqual(
      prompts.flatMap((prompt) => [THINKING_ALOUD, `${THINKING_ALOUD} ${prompt}`]),
    );
    expect(await client.history(chatId)).toEqual(deltasOf(stream.events, chatId));
    expect(await readFile(join(folder, 'ran.txt'), 'utf8')).toBe(
      prompts.map((prompt) => `${prompt}\n`).join(''),
    );
    expect(model.messages().map(latestPrompt)).toEqual(prompts.flatMap((prompt) => [prompt, prompt]));
    expectExactlyOneEnd(stream.events, messageIds);
    expectNoGap(stream.events);
    await engine().end('SIGTERM');
    await expectNoAgents(home);
    await expectWholeLog(home);
  },
  LIMIT,
);

it(
  `ends every message once over ${PAIR_KILLS} kills of engine and agent together`,
  async () => {
    const { client, chatId, model, home, kill, start, engine } = await startWorkspace({ script });
    const stream = await client.follow({ resume: true });
    await stream.waitForEnd(await client.send(chatId, 'remember me'));
    const messageIds: string[] = [];
    for (let round = 0; round < PAIR_KILLS; round += 1) {
      messageIds.push(await client.send(chatId, `round ${round}`, { messageId: `m${round}` }));
      await delay(Math.random() * 2_500);
      await Promise.all([kill(), killAgents(home)]);
      await killAgents(home);
      await start();
      await stream.waitForEnd(`m${round}`);
    }
    await stream.waitForEnd(await client.send(chatId, 'still there?', { messageId: 'last' }));
    expect(saidIn(model.messages().at(-1)!)).toEqual(expect.arrayContaining(['remember me', 'still there?']));
    expectExactlyOneEnd(stream.events, [...messageIds, 'last']);
    expectNoGap(stream.events);
    expect(await client.history(chatId)).toEqual(deltasOf(stream.events, chatId));
    await engine().end('SIGTERM');
    await expectNoAgents(home);
    await expectWholeLog(home);
  },
  LIMIT,
);
