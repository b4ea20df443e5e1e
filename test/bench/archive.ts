/** The archive of a workspace: the first one, and one after another turn. */
import { appendFile, cp, mkdir, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Archive } from '../../src/archive/archive.ts';
import { FileStore } from '../../src/archive/file-store.ts';
import { openLogFile } from '../../src/storage/log-file.ts';
import { createGit } from '../../src/workspace/git.ts';
import { createRepository, GIT_ENVIRONMENT } from '../workspace/git-fixture.ts';
import type { BenchRow } from './row.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

const MIB = 1024 * 1024;
const LOG_LINE = `${JSON.stringify({ type: 'chat.turn.delta', text: 'some words of an answer '.repeat(20) })}\n`;

export function run(): Promise<BenchRow[]> {
  return withTemporaryFolder(measure);
}

async function measure(folder: string): Promise<BenchRow[]> {
  const home = join(folder, 'home');
  const events = await furnish(home);
  const log = await openLogFile(events);
  const archive = new Archive({
    store: new FileStore({ root: folder, folder: join(folder, 'archive') }),
    workspaceId: 'w1',
    home,
    log: {
      committedId: 'e1',
      committed: () => Promise.resolve(),
      hold: () => [{ path: events, file: log, bytes: size, release: () => Promise.resolve() }],
    },
    activeLogFile: events,
    projections: [],
    contents: () => [join(home, 'sessions')],
    repositories: () => [{ name: 'repo', folder: join(home, 'workspaces', 'repo') }],
    git: {
      git: createGit({ env: GIT_ENVIRONMENT, timeoutMs: 60_000 }),
      scratch: join(folder, 'scratch'),
      limits: { file: 64 * MIB, repository: 1024 * MIB },
    },
    maxFileBytes: 256 * MIB,
    epoch: () => null,
  });
  let size = await log.size();
  const copy = await timed(() => cp(home, join(folder, 'copy'), { recursive: true }));
  const first = await timed(() => archive.take());
  await appendFile(events, LOG_LINE.repeat(200));
  await writeFile(join(home, 'workspaces', 'repo', 'changed.txt'), 'a turn changed this');
  size = await log.size();
  const second = await timed(() => archive.take());
  await log.close();
  return [
    row('archive of a 100 MiB workspace', { value: first, name: 'a copy of the folder', baseline: copy }),
    row('archive after one turn more', { value: second, name: 'the first archive', baseline: first }),
  ];
}

/** 40 MiB of log, 20 MiB of sessions, and a repository with 40 MiB that no remote has. */
async function furnish(home: string): Promise<string> {
  await mkdir(join(home, 'sessions'), { recursive: true });
  const events = join(home, 'events.jsonl');
  await writeFile(events, LOG_LINE.repeat(Math.ceil((40 * MIB) / LOG_LINE.length)));
  await writeFile(
    join(home, 'sessions', 'one.jsonl'),
    LOG_LINE.repeat(Math.ceil((20 * MIB) / LOG_LINE.length)),
  );
  const repository = createRepository(join(home, 'workspaces', 'repo'));
  for (let index = 0; index < 160; index += 1) {
    await writeFile(join(repository, `${index}.bin`), randomBytes(MIB / 4));
  }
  return events;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

function row(
  name: string,
  { value, name: baselineName, baseline }: { value: number; name: string; baseline: number },
): BenchRow {
  return {
    name,
    value,
    unit: 'ms',
    baseline: { name: baselineName, value: baseline },
    ratio: value / baseline,
  };
}
