import { appendFile, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { createGate } from '../support/gate.ts';
import { latestPrompt } from '../../src/dev/messages-request.ts';
import { inPieces, say } from '../../src/dev/scripted-steps.ts';
import { createPaths } from '../../src/environment/paths.ts';
import {
  claudeProcesses,
  expectEndlessCommandGone,
  killAgents,
  waitForEndlessCommand,
} from '../support/agent-processes.ts';
import { killAll } from '../support/running-processes.ts';
import { deltasOf, expectExactlyOneEnd, expectNoGap, sequenceOf, textsOf } from '../support/assertions.ts';
import { shareWorkspace } from '../support/shared-workspace.ts';
import { byPrompt, longText, runsForever, saysAround, saidIn } from '../support/scripted-turns.ts';
import { expectWholeLog } from '../support/whole-log.ts';
import { startWorkspace } from '../support/workspace.ts';

const shared = shareWorkspace();

it('keeps idle agents and answers over a kill between turns', async () => {
  const { client, chatId, home, kill, start } = shared.enter();
  const stream = await client.follow({ resume: true });
  await stream.waitForEnd(await client.send(chatId, 'one'));
  const [agent] = await claudeProcesses(home);
  await kill();
  await start();
  await stream.waitForEnd(await client.send(chatId, 'two'));
  expect(await claudeProcesses(home)).toEqual([agent]);
});

it('keeps the queue of a killed engine', async () => {
  const gate = createGate();
  const { client, chatId, model, kill, start } = shared.enter(byPrompt({ slow: saysAround(gate) }));
  const stream = await client.follow({ resume: true });
  await client.send(chatId, 'a slow one', { messageId: 'm4' });
  await client.send(chatId, 'second', { messageId: 'm5' });
  await client.send(chatId, 'third', { messageId: 'm6' });
  await gate.reached;
  await kill();
  await start();
  gate.open();
  await stream.waitForEnd('m6');
  expect(model.messages().map(latestPrompt)).toEqual(['a slow one', 'second', 'third']);
  expectExactlyOneEnd(stream.events, ['m4', 'm5', 'm6']);
});

it('runs a message once that was accepted right before the engine was killed', async () => {
  const { client, chatId, model, kill, start } = await shared.enterAlone();
  const stream = await client.follow({ resume: true });
  for (const messageId of ['m1', 'm2', 'm3']) {
    await client.send(chatId, `message ${messageId}`, { messageId });
    await kill();
    await start();
    expect(await stream.waitForEnd(messageId)).toMatchObject({ payload: { outcome: 'completed' } });
  }
  expect(saidIn(model.messages().at(-1)!)).toEqual(['message m1', 'message m2', 'message m3']);
  expectExactlyOneEnd(stream.events, ['m1', 'm2', 'm3']);
  expectNoGap(stream.events);
});

it('ends the turn once and resumes the session when engine and agent die together', async () => {
  const { client, chatId, model, home, kill, start } = await shared.enterAlone(
    byPrompt({ run: runsForever() }),
  );
  const stream = await client.follow({ resume: true });
  await stream.waitForEnd(await client.send(chatId, 'remember me'));
  const messageId = await client.send(chatId, 'run it');
  await waitForEndlessCommand(home);

  await kill();
  await killAgents(home);
  await start();
  await stream.waitForEnd(messageId);
  await stream.waitForEnd(await client.send(chatId, 'still there?'));
  expect(saidIn(model.messages().at(-1)!)).toEqual(['remember me', 'run it', 'still there?']);
  expectExactlyOneEnd(stream.events, [messageId]);
  expectNoGap(stream.events);
});

it('reports an agent that was killed at once, ends its tool and resumes with the next message', async () => {
  const { client, chatId, model, home } = await shared.enterAlone(byPrompt({ run: runsForever() }));
  const stream = await client.follow();
  const messageId = await client.send(chatId, 'run it');
  await waitForEndlessCommand(home);

  killAll(await claudeProcesses(home));
  const { payload } = await stream.waitForEnd(messageId);
  expect(payload).toMatchObject({ outcome: 'errored', isComplete: false });
  expect(payload.error?.message).toMatch(/SIGKILL|137|signal 9/);
  const end = { type: 'turn-end', payload: { outcome: 'errored', ...payload.error } };
  await expect.poll(async () => (await client.history(chatId)).at(-1)).toMatchObject(end);
  await expectEndlessCommandGone(home);
  await expect.poll(() => client.chat(chatId)).toMatchObject({ state: 'errored', processing: false });

  await stream.waitForEnd(await client.send(chatId, 'next'));
  expect(saidIn(model.messages().at(-1)!)).toEqual(['run it', 'next']);
  await expect.poll(() => client.chat(chatId)).toMatchObject({ state: 'idle', processing: false });
});

it('completes a turn whose engine was killed in the middle of the text', async () => {
  const gate = createGate();
  const { client, chatId, model, home, kill, start, engine } = await startWorkspace({
    script: byPrompt({ slow: saysAround(gate, { before: 'one ', after: 'two' }) }),
  });
  const stream = await client.follow({ resume: true });
  const messageId = await client.send(chatId, 'a slow one');
  await gate.reached;
  const [agent] = await claudeProcesses(home);

  await kill();
  gate.open();
  await start();
  expect(await stream.waitForEnd(messageId)).toMatchObject({
    payload: { outcome: 'completed', isComplete: true },
  });
  expect(textsOf(deltasOf(stream.events, chatId))).toEqual(['one two']);
  expect(await client.history(chatId)).toEqual(deltasOf(stream.events, chatId));
  expect(model.messages().map(latestPrompt)).toEqual(['a slow one']);
  expect(await claudeProcesses(home)).toEqual([agent]);
  expectNoGap(stream.events);
  expectExactlyOneEnd(stream.events, [messageId]);

  await stream.waitForEnd(await client.send(chatId, 'next'));
  expect(model.messages().map(latestPrompt)).toEqual(['a slow one', 'next']);
  await engine().end('SIGTERM');
  await expectWholeLog(home);
});

it('loses no byte of a 5 MB answer when the engine is killed again and again on the way', async () => {
  const gates = Array.from({ length: 3 }, createGate);
  const text = longText(5_000_000);
  const part = Math.ceil(text.length / 3);
  const pieces = gates.flatMap((gate, index) => [
    ...inPieces(text.slice(index * part, (index + 1) * part), { size: 32_768 }),
    gate,
  ]);
  const { client, chatId, home, kill, start, engine } = await startWorkspace({
    script: byPrompt({ 'a lot': () => say(...pieces) }),
  });
  const stream = await client.follow({ resume: true });
  const messageId = await client.send(chatId, 'Say a lot');
  for (const gate of gates) {
    await gate.reached;
    await kill();
    gate.open();
    await start();
  }
  await stream.waitForEnd(messageId);
  expect(textsOf(deltasOf(stream.events, chatId))).toEqual([text]);
  expectNoGap(stream.events);
  await engine().end('SIGTERM');
  await expectWholeLog(home);
});

it('cuts half a group off the end of the log: nobody can have seen it', async () => {
  const gate = createGate();
  const { client, chatId, home, kill, start, engine } = await startWorkspace({
    script: byPrompt({ slow: saysAround(gate, { before: 'one ', after: 'two' }) }),
  });
  const stream = await client.follow({ resume: true });
  const messageId = await client.send(chatId, 'a slow one');
  await gate.reached;
  await kill();
  const { events: log } = createPaths(home);
  const last = (await readFile(log, 'utf8')).trimEnd().split('\n').at(-1)!;
  const unfinished = nextLine(last).replace(/"end":1}}$/, '"end":0}}');
  await appendFile(log, `${unfinished}\n${nextLine(unfinished).slice(0, 60)}`);

  gate.open();
  await start();
  await stream.waitForEnd(messageId);
  expect(textsOf(deltasOf(stream.events, chatId))).toEqual(['one two']);
  expectNoGap(stream.events);
  await engine().end('SIGTERM');
  expect(await expectWholeLog(home)).toEqual(expect.arrayContaining(stream.events as unknown[]));
});

/** The same line under the next id, as engines wrote it that knew no checksums. */
function nextLine(line: string): string {
  const [, id = ''] = /^\{"id":"([^"]+)"/.exec(line) ?? [];
  const next = String(sequenceOf(id) + 1).padStart(12, '0');
  return line.replace(id, `${next}${id.slice(12)}`).replace(/"sum":"[0-9a-f]{8}",/, '');
}
