import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { EngineEvent } from '../../src/contract/events.ts';
import type { Preview } from '../../src/contract/previews.ts';
import { scriptTurns } from '../../src/dev/turn-script.ts';
import { runs } from '../support/scripted-turns.ts';
import { startWorkspace } from '../support/workspace.ts';

const SERVER = "require('net').createServer().listen(0)";

it('a port that an agent opens is announced with its chat, listed, kept over a restart, and gone with its process', async () => {
  const command = `setsid "${process.execPath}" -e "${SERVER}" -- --token hidden >/dev/null 2>&1 & echo $!`;
  const workspace = await startWorkspace({
    script: scriptTurns(runs(command)),
    environment: { PREVIEW_URL_TEMPLATE: 'https://{port}-{workspaceId}.example.com' },
  });
  const { client, chatId, home } = workspace;
  const none = await client.get('/previews');
  const stream = await client.follow({ types: ['preview.changed'] });
  const stranger = createServer().listen(0);
  onTestFinished(() => void stranger.close());

  await client.send(chatId, 'serve');
  const { payload } = await stream.waitFor((event) => countOf(event) === 1);
  const { previews } = (await client.get<{ previews: Preview[] }>('/previews')).body;
  const [preview] = previews;
  await workspace.kill();
  await workspace.start();
  const kept = await client.get('/previews');
  const file: unknown = JSON.parse(await readFile(join(home, '.replicas', 'preview-ports.json'), 'utf8'));
  const later = await client.follow({ types: ['preview.changed'] });
  process.kill(preview!.pid, 'SIGKILL');
  await later.waitFor((event) => countOf(event) === 0);

  expect(none).toEqual({ status: 200, body: { previews: [] } });
  expect(previews).toEqual([
    {
      port: expect.any(Number),
      publicUrl: `https://${preview?.port}-workspace-of-the-tests.example.com`,
      createdAt: expect.any(String),
      pid: expect.any(Number),
      command: `${process.execPath} -e ${SERVER} -- --token [redacted]`,
      chatId,
    },
  ]);
  expect(payload).toEqual({ previews });
  expect(kept.body).toEqual({ previews });
  expect(file).toEqual({ previews });
  expect((await client.get('/previews')).body).toEqual({ previews: [] });
});

function countOf(event: EngineEvent): number | undefined {
  return event.type === 'preview.changed' ? event.payload.previews.length : undefined;
}
