import { mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Archive, type ArchiveOptions } from '../../src/archive/archive.ts';
import { readManifest } from '../../src/archive/manifests.ts';
import { unpackFile } from '../../src/archive/pieces.ts';
import { createGit } from '../../src/workspace/git.ts';
import { MemoryStore } from '../support/memory-store.ts';

const HOUR = 3_600_000;

let home: string;
let store: MemoryStore;
let logText: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'archived-'));
  store = new MemoryStore();
  vi.useFakeTimers({ now: Date.parse('2026-01-01T00:00:00.000Z'), toFake: ['Date'] });
  logText = 'line 1\n';
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(home, { recursive: true, force: true });
});

async function write(files: Record<string, string>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(home, name)), { recursive: true });
    await writeFile(join(home, name), content);
  }
}

function openArchive(change: Partial<ArchiveOptions> = {}): Archive {
  const log = {
    committedId: 'e1',
    committed: () => Promise.resolve(),
    hold() {
      const bytes = Buffer.from(logText);
      const read = (into: Buffer, position: number) => Promise.resolve(bytes.copy(into, 0, position));
      const path = join(home, 'events.jsonl');
      return [{ path, file: { read }, bytes: bytes.length, release: () => Promise.resolve() }];
    },
  };
  return new Archive({
    store,
    workspaceId: 'w1',
    home,
    log,
    activeLogFile: join(home, 'events.jsonl'),
    projections: [join(home, 'chats.json')],
    contents: () => [join(home, 'canvas')],
    repositories: () => [],
    git: {
      git: createGit({ env: {} }),
      scratch: join(home, 'scratch'),
      limits: { file: 1_000, repository: 1_000 },
    },
    maxFileBytes: 1_000,
    epoch: () => null,
    ...change,
  });
}

async function contentOf(path: string): Promise<string> {
  const manifest = await readManifest(store);
  const file = manifest?.files.find((entry) => entry.path === path);
  if (file === undefined) throw new Error(`There is no ${path}.`);
  const target = join(home, 'unpacked');
  await unpackFile(store, file.pieces, { path: target, mode: file.mode });
  return readFile(target, 'utf8');
}

const pathsIn = async () => (await readManifest(store))?.files.map(({ path }) => path);
const epochOf = async () => (await readManifest(store))?.epoch;
const pieces = () => [...store.objects.keys()].filter((key) => key.startsWith('pieces/')).length;

describe('an archive', () => {
  it('has the files that it is to have, the log between what follows it and what it is about', async () => {
    await write({ 'chats.json': '{}', 'canvas/a/b.md': 'shown', '.git-credentials': 'token', other: 'x' });

    const end = await openArchive().take();

    expect(await pathsIn()).toEqual(['chats.json', 'events.jsonl', 'canvas/a/b.md']);
    expect(await contentOf('canvas/a/b.md')).toBe('shown');
    expect(end).toEqual({
      kind: 'taken',
      taken: { takenAt: '2026-01-01T00:00:00.000Z', lastEventId: 'e1', bytes: 14, pieces: 3, omitted: [] },
    });
  });

  it('follows no link: it may lead to what is not to be archived', async () => {
    await write({ '.git-credentials': 'token', 'canvas/real': 'shown' });
    await symlink(join(home, '.git-credentials'), join(home, 'canvas', 'link'));

    await openArchive().take();

    expect(await pathsIn()).toEqual(['events.jsonl', 'canvas/real']);
  });

  it('sends nothing again that did not change, nor does the next engine', async () => {
    await write({ 'chats.json': '{"one":1}', 'canvas/a': 'the same', 'canvas/b': 'the same' });
    const archive = openArchive();
    await archive.take();
    const first = store.puts.length;

    await archive.take();
    await utimes(join(home, 'canvas', 'a'), 1, 1);
    logText += 'line 2\n';
    await openArchive().take();

    expect(first).toBe(4); // three pieces and a manifest
    expect(store.puts.length - first).toBe(3); // a manifest, what the log has more, and another manifest
    expect(await contentOf('events.jsonl')).toBe('line 1\nline 2\n');
  });

  it('names what is too large, and has the rest', async () => {
    await write({ 'canvas/large': 'x'.repeat(1_001), 'canvas/small': 'x' });

    const end = await openArchive().take();

    expect(await pathsIn()).toEqual(['events.jsonl', 'canvas/small']);
    expect(end).toMatchObject({
      taken: { omitted: [{ path: 'canvas/large', size: 1_001, reason: 'fileTooLarge' }] },
    });
  });

  it('is as it was when the store fails in the middle, and goes on from there', async () => {
    await write({ 'chats.json': '1', 'canvas/a': 'a' });
    const archive = openArchive();
    await archive.take();
    await write({ 'chats.json': '2', 'canvas/a': 'b' });
    store.obstacle = (call, key) =>
      call === 'put' && key.startsWith('manifests/') ? Promise.reject(new Error('gone')) : Promise.resolve();
    await expect(archive.take()).rejects.toThrow('gone');
    expect(await contentOf('chats.json')).toBe('1');
    const sent = store.puts.length;

    store.obstacle = () => Promise.resolve();
    await archive.take();

    expect(await contentOf('chats.json')).toBe('2');
    expect(store.puts.length - sent).toBe(1);
  });

  it('keeps a piece for an hour after nothing names it any more', async () => {
    await write({ 'canvas/a': 'old' });
    const archive = openArchive();
    await archive.take();
    await write({ 'canvas/a': 'news' });
    await archive.take();
    vi.setSystemTime(Date.now() + HOUR - 1);
    await archive.take();
    expect(pieces()).toBe(3);

    vi.setSystemTime(Date.now() + 1);
    await archive.take();

    expect(pieces()).toBe(2);
    expect(await contentOf('canvas/a')).toBe('news');
  });

  it('forgets in time what an engine sent and never named', async () => {
    store.objects.set('pieces/stray', Buffer.from('x'));
    const archive = openArchive();
    await archive.take();
    vi.setSystemTime(Date.now() + HOUR);

    await archive.take();

    expect(store.objects.has('pieces/stray')).toBe(false);
  });
});

describe('the archives of several engines', () => {
  it('are one after the other: without a shared log each goes above the last', async () => {
    await openArchive().take();
    await openArchive().take();

    expect(await epochOf()).toBe(2);
  });

  it('bear the epoch of the shared log, which is waited for', async () => {
    let epoch = 0;
    const archive = openArchive({ epoch: () => epoch });
    expect(archive.obstacle).toBe('The shared log is not claimed yet.');

    epoch = 7;
    await archive.take();

    expect(archive.obstacle).toBeNull();
    expect(await epochOf()).toBe(7);
  });

  it('are left alone by an engine that was overtaken, which removes nothing any more', async () => {
    await write({ 'canvas/a': 'old' });
    const older = openArchive({ epoch: () => 1 });
    await older.take();
    await write({ 'canvas/a': 'news' });
    await older.take();
    await write({ 'canvas/a': 'old' });
    await openArchive({ epoch: () => 2 }).take();
    vi.setSystemTime(Date.now() + 2 * HOUR);
    const before = [...store.objects.keys()];

    expect(await older.take()).toEqual({ kind: 'superseded', epoch: 2 });

    expect([...store.objects.keys()]).toEqual(before);
    expect(await contentOf('canvas/a')).toBe('old');
  });

  it('are none when the one that counts is damaged: nothing is built on it', async () => {
    store.objects.set('manifests/0000000003.json', Buffer.from('{"version":1}'));

    await expect(openArchive().take()).rejects.toThrow('manifests/0000000003.json of the archive is damaged');
  });
});
