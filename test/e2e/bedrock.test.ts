import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { say, useTool } from '../../src/dev/scripted-steps.ts';
import { expectExactlyOneEnd, expectNoGap } from '../support/assertions.ts';
import { claudeOauth } from '../support/credential-issuer.ts';
import type { EventStream } from '../support/event-stream.ts';
import {
  awsKeys,
  bedrockEnv,
  bedrockLogin,
  startBedrockWorkspace,
  type BedrockWorkspace,
} from './bedrock-workspace.ts';

const OAUTH = 'sk-ant-oat01-refused';
const API_KEY = 'sk-ant-api03-refused-as-well';
const [FIRST, SECOND, THIRD] = [awsKeys(1), awsKeys(2), awsKeys(3)];

it('goes on in Bedrock when the control plane gives out its keys after an OAuth login that is refused', async () => {
  const place = await startBedrockWorkspace({
    keys: () => FIRST,
    issue: ({ reason }) => (reason === 'rejected' ? bedrockLogin(FIRST) : claudeOauth(OAUTH)),
  });

  const stream = await place.workspace.client.follow();
  await expectCompleted(place, stream, 'one');

  expect(refusedBy(place)).toEqual([OAUTH]);
  expect(loginsOf(place)).toEqual([FIRST.AWS_ACCESS_KEY_ID]);
  expect(place.hosts.filter((host) => /amazonaws|169\.254/.test(host))).toEqual([]);
});

it('goes through all logins there are in one turn: OAuth, then the API key, then the keys for Bedrock', async () => {
  const place = await startBedrockWorkspace({
    keys: () => FIRST,
    issue: ({ reason }) => (reason === 'boot' ? claudeOauth(OAUTH) : null),
    key: API_KEY,
    prepare: (home) => provision(home, bedrockEnv(FIRST)),
  });

  const stream = await place.workspace.client.follow();
  await expectCompleted(place, stream, 'one');
  await expectCompleted(place, stream, 'two');

  expect(refusedBy(place)).toEqual([OAUTH, API_KEY]);
  expect(loginsOf(place)).toEqual([FIRST.AWS_ACCESS_KEY_ID, FIRST.AWS_ACCESS_KEY_ID]);
});

it('has the next turn use the keys for Bedrock that were renewed since, and carries on one whose keys it refuses', async () => {
  let keys = FIRST;
  const place = await startBedrockWorkspace({
    keys: () => keys,
    issue: () => bedrockLogin(keys),
    turn: (prompt, results) => {
      if (prompt.trim() !== 'three' || results.length > 0) return say('Done.');
      keys = THIRD;
      return useTool('Bash', { command: 'echo ran >> runs.txt' });
    },
  });
  const { client, folder, home } = place.workspace;

  const stream = await client.follow();
  await expectCompleted(place, stream, 'one');
  keys = SECOND;
  expect((await client.post('/token-refresh/claude')).status).toBe(202);
  await expect.poll(() => provisioned(home)).toEqual(bedrockEnv(SECOND));
  await expectCompleted(place, stream, 'two');
  expect(place.bedrock.calls.filter(({ isLetIn }) => !isLetIn)).toEqual([]);
  await expectCompleted(place, stream, 'three');

  expect(await readFile(join(folder, 'runs.txt'), 'utf8')).toBe('ran\n');
  expect(loginsOf(place)).toEqual([FIRST, SECOND, SECOND, THIRD].map((one) => one.AWS_ACCESS_KEY_ID));
});

/** The turn ends once and well, and no request has its prompt twice. */
async function expectCompleted(
  { workspace: { client, chatId }, prompts }: BedrockWorkspace,
  stream: EventStream,
  prompt: string,
): Promise<void> {
  const message = await client.send(chatId, prompt);
  expect(await stream.waitForEnd(message)).toMatchObject({ payload: { outcome: 'completed' } });
  expectExactlyOneEnd(stream.events, [message]);
  expectNoGap(stream.events);
  const counts = prompts().map((said) => said.filter((one) => one.trim() === prompt).length);
  expect([Math.max(...counts), counts.at(-1)]).toEqual([1, 1]);
}

/** The logins that the API of Anthropic refused, each as often as Claude Code tried it in a row. */
function refusedBy({ anthropic }: BedrockWorkspace): string[] {
  const refused = anthropic.calls.filter(({ path }) => path.startsWith('/v1/messages'));
  return [...new Set(refused.map(({ credential }) => credential))];
}

/** The access keys with which the answers of Bedrock were had, beyond its check of models. */
function loginsOf({ bedrock }: BedrockWorkspace): unknown[] {
  return bedrock.calls
    .filter(({ path, isLetIn }) => path.endsWith('/invoke-with-response-stream') && isLetIn)
    .map(({ accessKeyId }) => accessKeyId);
}

async function provision(home: string, content: object): Promise<void> {
  await mkdir(join(home, '.claude'), { recursive: true });
  await writeFile(join(home, '.claude', '.bedrock-credentials.json'), JSON.stringify(content));
}

async function provisioned(home: string): Promise<unknown> {
  return JSON.parse(await readFile(join(home, '.claude', '.bedrock-credentials.json'), 'utf8'));
}
