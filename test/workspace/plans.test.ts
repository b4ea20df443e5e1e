import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { PlanSummary } from '../../src/contract/plans.ts';
import { createPaths } from '../../src/environment/paths.ts';
import { watchFiles, type FileChange } from '../../src/workspace/file-watch.ts';
import { listPlans, readPlan } from '../../src/workspace/plans.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { startApp } from '../support/fake-engine.ts';
import { write } from './git-fixture.ts';

async function createHome() {
  const home = await temporaryFolder();
  const { plans } = createPaths(home);
  const [claude, replicas] = [join(home, '.claude', 'plans'), join(home, '.replicas', 'plans')];
  return { home, plans, claude, replicas };
}

describe('plans', () => {
  it('are listed from all folders, the newest first', async () => {
    const { plans, claude, replicas } = await createHome();
    write(claude, { 'old.md': 'ä' });
    write(replicas, { 'new.md': '' });
    utimesSync(join(claude, 'old.md'), 1, 1);
    utimesSync(join(replicas, 'new.md'), 2, 2);

    expect(await listPlans(plans)).toEqual([
      { filename: 'new.md', source: 'replicas', sizeBytes: 0, updatedAt: '1970-01-01T00:00:02.000Z' },
      { filename: 'old.md', source: 'claude', sizeBytes: 2, updatedAt: '1970-01-01T00:00:01.000Z' },
    ]);
  });

  it('are none where nobody has planned', async () => {
    const { plans } = await createHome();

    expect(await listPlans(plans)).toEqual([]);
  });

  it('are only regular files of the folder whose names end in .md', async () => {
    const { home, plans, claude } = await createHome();
    write(home, { 'secret.md': 'secret' });
    write(claude, { 'real.md': 'x', 'notes.txt': 'x', '.hidden.md': 'x', 'deeper/inner.md': 'x' });
    mkdirSync(join(claude, 'folder.md'));
    symlinkSync('real.md', join(claude, 'link.md'));
    symlinkSync(join(home, 'secret.md'), join(claude, 'leaving.md'));
    symlinkSync('loop.md', join(claude, 'loop.md'));
    symlinkSync('deeper/inner.md', join(claude, 'inner.md'));
    execFileSync('mkfifo', [join(claude, 'pipe.md')]);

    const names = (await listPlans(plans)).map(({ filename }) => filename);

    expect(names.toSorted((one, other) => one.localeCompare(other))).toEqual(['link.md', 'real.md']);
    for (const name of [
      'leaving.md',
      'loop.md',
      'inner.md',
      'pipe.md',
      'folder.md',
      'notes.txt',
      '.hidden.md',
    ]) {
      await expect(readPlan(plans, name)).rejects.toMatchObject({ code: 'PLAN_NOT_FOUND' });
    }
  });

  it('of one name are told by the newest', async () => {
    const { plans, claude, replicas } = await createHome();
    write(claude, { 'plan.md': 'old' });
    write(replicas, { 'plan.md': 'new' });
    utimesSync(join(claude, 'plan.md'), 1, 1);

    expect(await readPlan(plans, 'plan.md')).toMatchObject({ source: 'replicas', content: 'new' });
  });

  it('that are huge are cut between two characters and marked', async () => {
    const { plans, claude } = await createHome();
    write(claude, { 'huge.md': `a${'€'.repeat(2 * 1024 * 1024)}`, 'sparse.md': '' });
    truncateSync(join(claude, 'sparse.md'), 8 * 1024 ** 3);

    const { content, ...huge } = await readPlan(plans, 'huge.md');
    const sparse = await readPlan(plans, 'sparse.md');

    expect(huge).toMatchObject({ sizeBytes: 6 * 1024 * 1024 + 1, truncated: true });
    expect(content.endsWith('€')).toBe(true);
    expect(Buffer.byteLength(content)).toBe(4 * 1024 * 1024);
    expect(sparse).toMatchObject({ sizeBytes: 8 * 1024 ** 3, truncated: true });
  });

  it('that are no UTF-8 are told as far as they are', async () => {
    const { plans, claude } = await createHome();
    write(claude, { 'latin.md': Buffer.from([0x61, 0xe4, 0x00, 0x62]) });

    expect(await readPlan(plans, 'latin.md')).toMatchObject({ content: 'a\ufffd\0b' });
  });
});

describe('GET /plans/:filename', () => {
  it.each([
    '..%2f..%2fsecret.md',
    '%2e%2e%2fsecret.md',
    '..%252fsecret.md',
    '..%5csecret.md',
    'a%00.md',
    '%00',
    '.md',
    'nothing.md',
    `${'x'.repeat(5_000)}.md`,
    '%2fetc%2fpasswd',
  ])('answers 404 for %s', async (name) => {
    const { home, plans } = await createHome();
    write(home, { 'secret.md': 'secret', '.claude/secret.md': 'secret', '.claude/plans/real.md': 'x' });
    const { request } = startApp({
      plans: { list: () => listPlans(plans), get: (filename) => readPlan(plans, filename) },
    });

    const response = await request(`/plans/${name}`);

    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain('"content"');
  });
});

describe('a watch on plans', () => {
  it('tells what is written and removed, in folders that were not there, once each', async () => {
    const { plans, claude, replicas } = await createHome();
    write(replicas, { 'kept.md': 'x', 'gone.md': 'x' });
    const told: FileChange<PlanSummary>[] = [];
    const watched = { folders: [claude, replicas], list: () => listPlans(plans) };
    onTestFinished(watchFiles(watched, (change) => told.push(change)));
    await listPlans(plans);

    write(claude, { 'first.md': 'x' });
    await vi.waitFor(() => expect(told.map(keyOf)).toEqual(['claude/first.md written']), 5_000);
    write(replicas, { 'kept.md': 'longer' });
    await vi.waitFor(() => expect(told.map(keyOf).at(-1)).toBe('replicas/kept.md written'), 5_000);
    execFileSync('rm', [join(replicas, 'gone.md')]);
    await vi.waitFor(() => expect(told.map(keyOf).at(-1)).toBe('replicas/gone.md removed'), 5_000);

    expect(told).toHaveLength(3);
  });
});

function keyOf({ file, change }: FileChange<PlanSummary>): string {
  return `${file.source}/${file.filename} ${change}`;
}
