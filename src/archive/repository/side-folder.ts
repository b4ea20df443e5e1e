import { copyFile, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf } from '../../storage/attempt.ts';
import { checkGitFiles } from '../../workspace/check-git-files.ts';
import { copyIndex } from '../../workspace/copy-index.ts';
import type { Git, GitOptions } from '../../workspace/git.ts';

/**
 * A folder of git beside that of a repository: with the same files, objects and index, but settings and refs of its own.
 * What is done in it leaves the repository as it is, runs no hook and no filter, and takes files byte for byte.
 */
export interface SideFolder {
  readonly path: string;
  readonly git: (args: readonly string[], options?: GitOptions) => ReturnType<Git>;
  remove(): Promise<void>;
}

export interface SideFolderOptions {
  git: Git;
  /** Where there is room for what changed. */
  scratch: string;
  /** Where the objects that are made stay; otherwise they go with the side folder. */
  objects?: string;
}

const AS_THEY_ARE = '* -text -filter -ident -working-tree-encoding\n';
const PATHS = ['objects', 'info/exclude', 'shallow', 'index'].flatMap((path) => ['--git-path', path]);

/** @throws {RepositoryError} when git cannot read the repository. */
export async function openSideFolder(
  folder: string,
  { git, scratch, objects: kept }: SideFolderOptions,
): Promise<SideFolder> {
  await checkGitFiles(folder);
  const { stdout } = await git(folder, [
    'rev-parse',
    '--path-format=absolute',
    '--show-object-format',
    ...PATHS,
  ]);
  const [format = '', objects = '', exclude = '', shallow = '', index = ''] = stdout
    .toString('utf8')
    .split('\n');
  const excludes = await git(folder, ['config', '--type=path', 'core.excludesFile'], { accept: [0, 1] });
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  const path = await mkdtemp(join(scratch, 'git-'));
  const made = kept ?? join(path, 'objects');
  for (const name of [join(path, 'refs'), join(path, 'info'), join(made, 'info')])
    await mkdir(name, { recursive: true, mode: 0o700 });
  await writeFile(join(path, 'HEAD'), 'ref: refs/heads/none\n');
  await writeFile(join(path, 'config'), configOf(format, excludes.stdout.toString('utf8').trimEnd()));
  await writeFile(join(made, 'info/alternates'), `${objects}\n`);
  await writeFile(join(path, 'info/attributes'), AS_THEY_ARE);
  await copyFile(exclude, join(path, 'info/exclude')).catch(ignoreMissing);
  await copyFile(shallow, join(path, 'shallow')).catch(ignoreMissing);
  await copyIndex(index, join(path, 'index'));
  await linkSharedIndexes(dirname(index), path);
  const own = {
    GIT_DIR: path,
    GIT_WORK_TREE: folder,
    GIT_OBJECT_DIRECTORY: made,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
  };
  return {
    path,
    git: (args, { variables, ...options } = {}) =>
      git(folder, args, { ...options, variables: { ...own, ...variables } }),
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

function configOf(objectFormat: string, excludesFile: string): string {
  const isOld = objectFormat === 'sha1';
  return [
    `[core]\n\trepositoryFormatVersion = ${isOld ? 0 : 1}\n\tbare = false\n\tlogAllRefUpdates = false`,
    ...(excludesFile === '' ? [] : [`\texcludesFile = ${JSON.stringify(excludesFile)}`]),
    ...(isOld ? [] : [`[extensions]\n\tobjectFormat = ${objectFormat}`]),
    '',
  ].join('\n');
}

/** Which of these objects there are. */
export async function existing(git: SideFolder['git'], ids: readonly string[]): Promise<string[]> {
  const input = Buffer.from(ids.map((id) => `${id}\n`).join(''));
  const { stdout } = await git(['cat-file', '--batch-check=%(objectname)'], { input });
  const lines = stdout.toString('utf8').split('\n');
  return lines.filter((line) => /^[\da-f]+$/.test(line));
}

/** An index may leave most of it to another file. */
async function linkSharedIndexes(from: string, to: string): Promise<void> {
  const shared = (await readdir(from)).filter((name) => name.startsWith('sharedindex.'));
  for (const name of shared) await symlink(join(from, name), join(to, name));
}

function ignoreMissing(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error;
}
