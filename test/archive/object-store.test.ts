import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { examineArchive } from '../../src/cli/doctor/archive.ts';
import type { ObjectStore } from '../../src/archive/object-store.ts';
import { openObjectStore } from '../../src/archive/open-object-store.ts';
import { S3Store } from '../../src/archive/s3-store.ts';
import type { ArchiveTarget } from '../../src/environment/archive-variables.ts';
import { startS3, type S3Server } from '../support/s3-server.ts';

let s3: S3Server;
let folder: string;

beforeAll(async () => {
  s3 = await startS3();
  folder = await mkdtemp(join(tmpdir(), 'archives-'));
});
afterAll(async () => {
  await s3.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  s3.fault = () => false;
});

const targetOf = (kind: ArchiveTarget['kind']): ArchiveTarget =>
  kind === 'file' ? { kind, folder } : { kind, bucket: s3.bucket, prefix: 'some/where', access: s3.access };

describe.each(['s3', 'file'] as const)('objects in %s', (kind) => {
  let workspaces = 0;
  let store: ObjectStore;

  beforeEach(async () => {
    workspaces += 1;
    store = await openObjectStore(targetOf(kind), `workspace ${workspaces}`);
  });

  it('are given back byte for byte', async () => {
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 256));

    await store.put('pieces/a', bytes);
    await store.put('pieces/empty', Buffer.alloc(0));

    expect((await store.get('pieces/a'))?.equals(bytes)).toBe(true);
    expect(await store.get('pieces/empty')).toEqual(Buffer.alloc(0));
  });

  it('are replaced as a whole', async () => {
    await store.put('manifests/1', Buffer.from('a long first one'));
    await store.put('manifests/1', Buffer.from('second'));

    expect(String(await store.get('manifests/1'))).toBe('second');
  });

  it('are null where there are none', async () => {
    expect(await store.get('pieces/none')).toBeNull();
    expect(await store.list('pieces/')).toEqual([]);
    await store.remove('pieces/none');
  });

  it('are listed by their folder, in order, and gone once they are removed', async () => {
    for (const key of ['pieces/b', 'manifests/2', 'pieces/a', 'manifests/10'])
      await store.put(key, Buffer.from(key));
    await store.remove('pieces/b');

    expect(await store.list('pieces/')).toEqual(['pieces/a']);
    expect(await store.list('manifests/')).toEqual(['manifests/10', 'manifests/2']);
  });

  it('of a workspace are its own, whatever it is called', async () => {
    const names = [
      '..',
      '.',
      'a/../b',
      'a:b',
      'ä%2F'.slice(1),
      'a_b',
      'a b',
      `${'l'.repeat(200)}`,
      '/'.repeat(200),
    ];
    for (const name of names)
      await (await openObjectStore(targetOf(kind), name)).put('pieces/a', Buffer.from(name));

    for (const name of names)
      expect(String(await (await openObjectStore(targetOf(kind), name)).get('pieces/a'))).toBe(name);
  });
});

describe('objects in S3', () => {
  const openS3 = (change: Partial<ConstructorParameters<typeof S3Store>[0]> = {}) =>
    new S3Store({ bucket: s3.bucket, prefix: 'faults', access: s3.access, ...change });

  it('are listed on as many pages as it takes', async () => {
    s3.fault = ({ url = '' }, response) => {
      const after = /start-after=faults%2Fpieces%2F(\w)/.exec(url)?.[1];
      const keys = after === undefined ? ['a', 'b'] : ['c'];
      const contents = keys.map((key) => `<Contents><Key>faults/pieces/${key}</Key></Contents>`).join('');
      response.end(`<R><IsTruncated>${after === undefined}</IsTruncated>${contents}</R>`);
      return true;
    };

    expect(await openS3().list('pieces/')).toEqual(['pieces/a', 'pieces/b', 'pieces/c']);
  });

  it('are asked for again when S3 fails for a moment', async () => {
    let failures = 2;
    s3.fault = (_, response) => {
      if (failures === 0) return false;
      failures -= 1;
      response.writeHead(503).end('<Error><Code>SlowDown</Code></Error>');
      return true;
    };

    await openS3().put('pieces/again', Buffer.from('there'));

    expect(String(await openS3().get('pieces/again'))).toBe('there');
  });

  it('fail after some attempts, with what S3 said', async () => {
    s3.fault = (_, response) => {
      response.writeHead(500).end('<Error><Code>InternalError</Code></Error>');
      return true;
    };
    const before = s3.requests.length;

    await expect(openS3().get('pieces/a')).rejects.toThrow('S3 answered 500 InternalError to GET.');
    expect(s3.requests.length - before).toBe(3);
  });

  it('are not there when an upload broke off in the middle', async () => {
    s3.fault = (request) => {
      request.once('data', () => request.socket.destroy());
      return true;
    };
    await expect(openS3().put('pieces/half', Buffer.alloc(1_000_000))).rejects.toThrow(
      'S3 cannot be reached',
    );
    s3.fault = () => false;

    expect(await openS3().get('pieces/half')).toBeNull();
  });

  it('fail when S3 does not answer in time', async () => {
    s3.fault = () => true;

    await expect(openS3({ limitMs: 20 }).get('pieces/a')).rejects.toThrow(
      'S3 cannot be reached: no answer in time.',
    );
  });

  it.each([
    [{ secretAccessKey: 'WRONG-SECRET' }, 'S3 answered 403 SignatureDoesNotMatch to PUT.'],
    [{ accessKeyId: 'WRONG-ID' }, 'S3 answered 403 InvalidAccessKeyId to PUT.'],
  ])('are refused with a wrong key, which nobody is shown: %o', async (wrong, message) => {
    const store = openS3({ access: { ...s3.access, ...wrong } });

    await expect(store.put('pieces/a', Buffer.from('a'))).rejects.toThrow(message);
  });

  it('fail when the bucket is gone, also when they are written or looked for', async () => {
    const store = openS3({ bucket: 'none-of-that-name' });

    await expect(store.put('pieces/a', Buffer.from('a'))).rejects.toThrow(
      'S3 answered 404 NoSuchBucket to PUT.',
    );
    await expect(store.get('pieces/a')).rejects.toMatchObject({ code: 'NoSuchBucket' });
    await expect(store.list('pieces/')).rejects.toMatchObject({ code: 'NoSuchBucket' });
  });
});

describe('objects in a folder', () => {
  it('are not written where the folder is gone, as when a volume is not mounted', async () => {
    const target: ArchiveTarget = { kind: 'file', folder: join(folder, 'gone') };
    const store = await openObjectStore(target, 'w1');

    await expect(store.put('pieces/a', Buffer.from('a'))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(store.list('pieces/')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('are for the user of the engine alone', async () => {
    await (await openObjectStore({ kind: 'file', folder }, 'private')).put('pieces/a', Buffer.from('a'));

    expect((await stat(join(folder, 'private', 'pieces', 'a'))).mode & 0o777).toBe(0o600);
    expect(await readdir(join(folder, 'private', 'pieces'))).toEqual(['a']);
  });
});

describe('doctor', () => {
  it.each(['s3', 'file'] as const)(
    'is content with an archive in %s that keeps what it is given, and leaves nothing there',
    async (kind) => {
      const place = kind === 'file' ? folder : `s3://${s3.bucket}/some/where at ${s3.access.endpoint}`;

      expect(await examineArchive(targetOf(kind))).toEqual({
        state: 'good',
        text: `${place} keeps what it is given`,
      });
      expect(await (await openObjectStore(targetOf(kind), 'doctor')).list('probes/')).toEqual([]);
    },
  );

  it('says what to do about one that cannot be used, and no key', async () => {
    const target = targetOf('s3') as ArchiveTarget & { kind: 's3' };
    const access = { ...target.access, secretAccessKey: 'WRONG-SECRET' };
    const findings = [
      await examineArchive({ ...target, access }),
      await examineArchive({ ...target, bucket: 'none-of-that-name' }),
      await examineArchive({ kind: 'file', folder: join(folder, 'gone') }),
    ];

    expect(findings.map(({ state, remedy }) => `${state}: ${remedy}`)).toEqual([
      'bad: Correct AWS_SECRET_ACCESS_KEY, or ARCHIVE_SECRET_ACCESS_KEY, and AWS_REGION.',
      'bad: Create the bucket, or correct ARCHIVE_URL.',
      'bad: Mount the volume, or create the folder.',
    ]);
    expect(JSON.stringify(findings)).not.toContain('WRONG-SECRET');
  });
});
