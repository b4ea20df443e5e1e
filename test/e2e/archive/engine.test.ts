import { gunzipSync } from 'node:zlib';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import type { Manifest } from '../../../src/archive/manifest.ts';
import { readManifest } from '../../../src/archive/manifests.ts';
import { openObjectStore } from '../../../src/archive/open-object-store.ts';
import { PIECES } from '../../../src/archive/pieces.ts';
import { fetchOnce } from '../../support/fetch-once.ts';
import { startS3, type S3Server } from '../../support/s3-server.ts';
import { stopEngine } from '../../support/engine-process.ts';
import { startWorkspace } from '../../support/workspace.ts';
import { createRepository, git, write } from '../../workspace/git-fixture.ts';

let s3: S3Server;

beforeEach(async () => {
  s3 = await startS3();
  onTestFinished(() => s3.close());
});

const PLANTED = 'planted-secret-0123456789';

/** Everything that an archive must not have, wherever a secret may be. */
function plant(home: string): void {
  const files = {
    '.git-credentials': `https://ada:${PLANTED}@git.test`,
    '.config/gh/hosts.yml': `github.com:\n  oauth_token: ${PLANTED}\n`,
    '.claude/settings.json': `{"env":{"TOKEN":"${PLANTED}"}}`,
    '.codex/config.toml': `token = "${PLANTED}"`,
    '.ssh/id_ed25519': PLANTED,
    '.netrc': `machine git.test password ${PLANTED}`,
  };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(home, name, '..'), { recursive: true });
    writeFileSync(join(home, name), content);
  }
  const repository = createRepository(join(home, 'workspaces', 'repo'));
  git(repository, 'remote', 'add', 'origin', `https://ada:${PLANTED}@git.test/repo.git`);
  git(repository, 'config', 'http.extraHeader', `Authorization: Basic ${PLANTED}`);
  write(repository, {
    '.gitignore': '.env\n',
    '.env': `TOKEN=${PLANTED}`,
    '.git-credentials': PLANTED,
    'new.txt': 'x',
  });
}

it('archives the workspace when boot and turns end and before the engine ends, and never a secret', async () => {
  const target = { kind: 's3' as const, bucket: s3.bucket, prefix: 'all', access: s3.access };
  const workspace = await startWorkspace({
    prepare: (home) => Promise.resolve(plant(home)),
    environment: {
      ARCHIVE_URL: `s3://${s3.bucket}/all`,
      AWS_ENDPOINT_URL: s3.access.endpoint,
      AWS_ACCESS_KEY_ID: s3.access.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3.access.secretAccessKey,
      SOME_TOKEN: PLANTED,
    },
  });
  const { client, chatId, environment } = workspace;
  const store = await openObjectStore(target, environment['WORKSPACE_ID']!);
  const statusOf = async () =>
    (await client.get<{ archive: Record<string, unknown> }>('/status')).body.archive;
  await expect.poll(async () => (await statusOf())['takenAt']).not.toBeNull();
  const atBoot = await readManifest(store);
  expect(namesIn(atBoot)).toContain('.replicas/engine/events.jsonl');
  expect(atBoot?.repositories).toMatchObject([
    {
      path: 'workspaces/repo',
      remotes: { origin: 'https://git.test/repo.git' },
      omitted: [{ path: '.git-credentials', reason: 'credentials' }],
    },
  ]);

  await client.send(chatId, 'hello', { messageId: 'm1' });
  await expect.poll(async () => (await client.chat(chatId)).processing).toBe(false);
  await expect.poll(async () => (await readManifest(store))?.lastEventId).not.toBe(atBoot?.lastEventId);
  expect(namesIn(await readManifest(store))).toEqual(
    expect.arrayContaining([
      `.replicas/engine/history/${chatId}.jsonl`,
      expect.stringMatching(/^\.claude\/projects\/.+\.jsonl$/),
    ]),
  );
  const metrics = await fetchText(client.url, environment);
  expect(metrics).toContain('replicas_archive_bytes');

  s3.requests.length = 0;
  await stopEngine(workspace.engine());
  const last = await readManifest(store);
  expect(last!.lastEventId > (atBoot?.lastEventId ?? '')).toBe(true);
  expect(s3.requests.some((request) => request.startsWith('PUT archives/all/'))).toBe(true);

  const keys = [...(await store.list(PIECES)), ...(await store.list('manifests/'))];
  for (const key of keys) {
    const bytes = (await store.get(key))!;
    const content = key.startsWith(PIECES) ? gunzipSync(bytes) : bytes;
    expect([key, content.includes(PLANTED)]).toEqual([key, false]);
    expect([key, content.includes(environment['REPLICAS_ENGINE_SECRET']!)]).toEqual([key, false]);
  }
  expect(keys.length).toBeGreaterThan(5);
});

function namesIn(manifest: Manifest | null): string[] {
  return manifest?.files.map(({ path }) => path) ?? [];
}

async function fetchText(
  url: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const headers = { 'X-Replicas-Engine-Secret': environment['REPLICAS_ENGINE_SECRET']! };
  return (await fetchOnce(`${url}/metrics`, { headers })).text();
}
