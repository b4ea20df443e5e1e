import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { INSTALLING_MS } from '../support/debian-package.ts';
import type { PlanSummary } from '../../src/contract/plans.ts';
import type { Repo } from '../../src/contract/repos.ts';
import type { EngineStatus } from '../../src/contract/status.ts';
import type { EventStream } from '../support/event-stream.ts';
import { findProcess } from '../../src/processes/process-table.ts';
import { scriptTurns } from '../../src/dev/turn-script.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { runs } from '../support/scripted-turns.ts';
import { startWorkspace, type Workspace } from '../support/workspace.ts';
import { makeAwkward } from '../workspace/awkward-repositories.ts';
import { provideGithubCli, startGithub, urlOf } from '../workspace/github-stand-in.ts';
import { commit, createRepository, git, write } from '../workspace/git-fixture.ts';

beforeAll(provideGithubCli, INSTALLING_MS);

async function reposOf({ client }: Workspace, query = ''): Promise<Repo[]> {
  return (await client.get<{ repos: Repo[] }>(`/repos${query}`)).body.repos;
}

async function reposTotal({ client }: Workspace): Promise<number> {
  return (await client.get<EngineStatus>('/status')).body.reposTotal;
}

/** The next time the stream tells of the repositories in this way. */
function told(stream: EventStream, predicate: (repos: Repo[]) => boolean) {
  return stream.waitFor(
    (event) =>
      (event.type === 'repo.discovered' || event.type === 'repo.status.changed') &&
      predicate(event.payload.repos),
  );
}

describe('the repositories of a workspace', () => {
  it('are found, told as they change and forgotten while the engine runs', async () => {
    const workspace = await startWorkspace();
    const stream = await workspace.client.follow();
    expect(await reposOf(workspace)).toEqual([]);

    const folder = createRepository(join(workspace.folder, 'tool'));
    const discovered = await told(stream, ([repo]) => repo?.currentBranch === 'main');
    expect(await reposTotal(workspace)).toBe(1);

    git(folder, 'switch', '-q', '-c', 'feature');
    await told(stream, ([repo]) => repo?.currentBranch === 'feature');

    write(folder, { 'new.txt': 'a\nb\n' });
    commit(folder, 'more');
    await told(stream, ([repo]) => repo?.gitDiff?.added === 2);

    rmSync(folder, { recursive: true });
    await told(stream, (repos) => repos.length === 0);

    expect(stream.events.find(({ type }) => type.startsWith('repo.'))?.type).toBe('repo.discovered');
    expect(discovered.type).toMatch(/^repo\./);
    expect(await reposTotal(workspace)).toBe(0);
  });

  it('appear when a folder that was there becomes one', async () => {
    const workspace = await startWorkspace();
    write(workspace.folder, { 'notes/readme.md': 'x\n' });
    const stream = await workspace.client.follow();
    expect(await reposOf(workspace)).toEqual([]);

    git(join(workspace.folder, 'notes'), 'init', '-q', '-b', 'main');

    await told(stream, (repos) => repos[0]?.name === 'notes');
  });

  it('are told with their diffs only when those are asked for, and never with credentials', async () => {
    const workspace = await startWorkspace();
    const folder = createRepository(join(workspace.folder, 'tool'));
    git(folder, 'remote', 'add', 'origin', 'https://ada:s3cr3t@gitlab.example.com/acme/tool.git');
    write(folder, { 'new.txt': 'hello\n' });

    const [short] = await reposOf(workspace);
    const [long] = await reposOf(workspace, '?includeDiffs=true');

    expect(short).toEqual({
      name: 'tool',
      path: folder,
      defaultBranch: 'main',
      currentBranch: 'main',
      prUrls: [],
      prUrl: null,
      gitDiff: { added: 1, removed: 0 },
      startHooksCompleted: true,
      provider: 'gitlab',
    });
    expect(long).toEqual({
      ...short,
      gitDiff: { added: 1, removed: 0, fullDiff: expect.stringContaining('+hello') },
    });
    expect(JSON.stringify([short, long])).not.toContain('s3cr3t');
  });

  it('are told each for itself, however awkward the others are', async () => {
    const workspace = await startWorkspace();
    const expected = makeAwkward(workspace.folder, join(workspace.home, 'elsewhere'));
    git(join(workspace.folder, 'no-repository.git'), 'init', '-q', '--bare');
    write(workspace.folder, { 'plain/readme.md': 'x', 'file.txt': 'x' });

    const names = [...expected.keys()].toSorted((one, other) => (one < other ? -1 : 1));
    // One that takes long on a busy machine is told as late before it is told as it is.
    const said = async () =>
      (await reposOf(workspace, '?includeDiffs=true')).map(({ name, currentBranch, gitDiff, error }) => ({
        name,
        currentBranch,
        gitDiff: gitDiff && { added: gitDiff.added, removed: gitDiff.removed },
        ...(error && { error: { code: error.code } }),
      }));
    await expect.poll(said).toEqual(names.map((name) => ({ name, ...expected.get(name) })));
  });

  it('hold up neither boot, nor messages, nor the end where a named pipe stands for a file', async () => {
    const workspace = await startWorkspace({
      prepare: async (home) => {
        createRepository(join(home, 'workspaces', 'whole'));
        for (const name of ['HEAD', 'config', 'index', 'refs/heads/main']) {
          const folder = createRepository(join(home, 'workspaces', name.replaceAll('/', '-')));
          rmSync(join(folder, '.git', name));
          execFileSync('mkfifo', [join(folder, '.git', name), join(folder, 'replicas.json')]);
        }
      },
    });

    const stream = await workspace.client.follow();
    await workspace.client.send(workspace.chatId, 'hello');
    await stream.waitFor(({ type }) => type === 'chat.turn.completed');
    const repos = await reposOf(workspace, '?includeDiffs=true');
    const ending = await workspace.engine().end('SIGTERM');

    expect(repos.map(({ name, error }) => [name, error?.code])).toEqual([
      ['HEAD', 'repo_unreadable'],
      ['config', 'repo_unreadable'],
      ['index', 'repo_unreadable'],
      ['refs-heads-main', 'repo_unreadable'],
      ['whole', undefined],
    ]);
    expect(ending).toMatchObject({ code: 0 });
  });

  it('are told at once and on time beside one whose filter never returns', async () => {
    const workspace = await startWorkspace();
    const stuck = createRepository(join(workspace.folder, 'stuck'));
    const other = createRepository(join(workspace.folder, 'other'));
    write(stuck, { 'new.txt': 'x\n' });
    await expect
      .poll(async () => (await reposOf(workspace)).map(({ gitDiff }) => gitDiff?.added))
      .toEqual([0, 1]);
    const stream = await workspace.client.follow();

    git(stuck, 'config', 'filter.stuck.clean', 'sleep 86400');
    write(stuck, { '.gitattributes': '* filter=stuck\n', 'kept.txt': 'changed\n', 'other.txt': 'x\n' });
    await told(stream, (repos) => repos[1]?.error?.code === 'git_timed_out');
    git(other, 'switch', '-q', '-c', 'feature');
    await told(stream, ([repo]) => repo?.currentBranch === 'feature');
    const repos = await reposOf(workspace);

    expect(repos[0]).toMatchObject({ name: 'other', currentBranch: 'feature', gitDiff: { added: 0 } });
    expect(repos[1]).toMatchObject({
      name: 'stuck',
      currentBranch: 'main',
      gitDiff: { added: 1, removed: 0 },
      seenAt: expect.any(String),
      error: { code: 'git_timed_out' },
    });
  });

  it('leave no process of a filter that never returns, however the engine ends', async () => {
    const folder = await temporaryFolder();
    const workspace = await startWorkspace({
      prepare: async (home) => {
        const stuck = createRepository(join(home, 'workspaces', 'stuck'));
        git(stuck, 'config', 'filter.stuck.clean', `echo $$ >>${folder}/pids; exec sleep 86400`);
        write(stuck, { '.gitattributes': '* filter=stuck\n', 'kept.txt': 'changed\n' });
      },
    });
    const filters = async () => {
      const pids = await readFile(join(folder, 'pids'), 'utf8').catch(() => '');
      return pids.split('\n').filter((pid) => findProcess(Number(pid)) !== null).length;
    };
    await expect.poll(filters).toBe(1);

    await workspace.kill();
    expect(await filters()).toBe(1);
    await rm(join(folder, 'pids'));
    await workspace.start();
    await expect.poll(filters).toBe(1);
    const ending = await workspace.engine().end('SIGTERM');

    expect(ending).toMatchObject({ code: 0 });
    expect(await filters()).toBe(0);
  });

  it('have the pull requests that GitHub knows, also after a restart without it', async () => {
    const workspace = await startWorkspace();
    const github = await startGithub({ home: workspace.home });
    github.branches.set('feature', [{ number: 7, state: 'OPEN' }]);
    await workspace.kill();
    await workspace.start({ GH_TOKEN: 'token' });
    const stream = await workspace.client.follow();
    const folder = createRepository(join(workspace.folder, 'tool'));
    git(folder, 'remote', 'add', 'origin', 'git@github.com:acme/tool.git');
    git(folder, 'switch', '-q', '-c', 'feature');
    await told(stream, ([repo]) => repo?.prUrl === urlOf(7));

    git(folder, 'switch', '-q', 'main');
    await told(stream, ([repo]) => repo?.currentBranch === 'main' && repo.prUrls[0] === urlOf(7));
    const saved = join(workspace.home, '.replicas', 'engine', 'pull-requests.json');
    await expect.poll(() => readFile(saved, 'utf8')).toContain(urlOf(7));
    github.close();
    await workspace.kill();
    await workspace.start({ GH_TOKEN: 'token', GH_PATH: '/nonexistent/gh' });

    expect(await reposOf(workspace)).toMatchObject([{ prUrl: null, prUrls: [urlOf(7)] }]);
    expect(workspace.engine().logs()).not.toContain('pull requests cannot be asked for');
  });

  it('say when nothing of their start hooks is left to run', async () => {
    const sign = join(await temporaryFolder(), 'cloud-init-output.log');
    const workspace = await startWorkspace({ environment: { CLOUD_INIT_OUTPUT_LOG: sign } });
    const [plain, hooked] = ['plain', 'hooked'].map((name) => createRepository(join(workspace.folder, name)));
    write(hooked!, { 'replicas.json': JSON.stringify({ startHook: { commands: ['cat gate && false'] } }) });
    execFileSync('mkfifo', [join(hooked!, 'gate')]);
    const stream = await workspace.client.follow();
    await writeFile(sign, '');
    const completed = async () =>
      (await reposOf(workspace)).map((repo) => [repo.path, repo.startHooksCompleted]);
    await expect.poll(completed).toEqual([
      [hooked, false],
      [plain, true],
    ]);

    await writeFile(join(hooked!, 'gate'), 'open\n');

    await told(stream, (repos) => repos.length === 2 && repos.every((repo) => repo.startHooksCompleted));
  });

  it('are looked at after a turn, whatever the agent did to them', async () => {
    const script = scriptTurns(runs('printf "1\\n2\\n3\\n" > tool/by-agent.txt'));
    const workspace = await startWorkspace({ script });
    createRepository(join(workspace.folder, 'tool'));
    const stream = await workspace.client.follow();
    expect(await reposOf(workspace)).toMatchObject([{ gitDiff: { added: 0 } }]);

    await workspace.client.send(workspace.chatId, 'write it');

    await told(stream, ([repo]) => repo?.gitDiff?.added === 3);
  });
});

describe('plans', () => {
  it('are listed, read and announced as they are written and removed', async () => {
    const workspace = await startWorkspace();
    const stream = await workspace.client.follow({ types: ['plan.changed'] });

    write(join(workspace.home, '.claude', 'plans'), { 'bold-plan.md': '# Bold\n' });
    const written = await stream.waitFor(({ type }) => type === 'plan.changed');
    const { body } = await workspace.client.get<{ plans: PlanSummary[] }>('/plans');
    const plan = await workspace.client.get('/plans/bold-plan.md');
    rmSync(join(workspace.home, '.claude', 'plans', 'bold-plan.md'));
    await stream.waitFor((event) => event.type === 'plan.changed' && event.payload.change === 'removed');

    expect(written.payload).toEqual({ plan: body.plans[0], change: 'written' });
    expect(plan.body).toEqual({ ...body.plans[0], content: '# Bold\n' });
    expect(await workspace.client.get('/plans/bold-plan.md')).toMatchObject({
      status: 404,
      body: { code: 'plan_not_found' },
    });
  });
});
