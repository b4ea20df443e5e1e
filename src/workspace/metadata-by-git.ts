import type { Git } from './git.ts';

/** What a repository says about itself without its files being looked at. */
export interface Metadata {
  /** "HEAD" when detached. A branch without commits has its name too. */
  branch: string;
  remotes: { name: string; url: string }[];
  /** The branch that `origin/HEAD` stands for. */
  originHead: string | null;
  /** Object ids of those of the asked refs that exist, by full name. */
  refs: ReadonlyMap<string, string>;
}

const ORIGIN_HEAD = 'refs/remotes/origin/HEAD';
const ORIGIN = 'refs/remotes/origin/';
const FORMAT = '--format=%(refname)%09%(objectname)%09%(symref)';

/** The same as isomorphic-git would tell, in three commands, for any repository. */
export async function readWithGit(
  folder: string,
  { git, refs }: { git: Git; refs: readonly string[] },
): Promise<Metadata> {
  const [head, remotes, origin] = await Promise.all([
    git(folder, ['symbolic-ref', '--short', '-q', 'HEAD'], { accept: [0, 1] }),
    git(folder, ['config', '--get-regexp', '^remote\\..*\\.url$'], { accept: [0, 1] }),
    git(folder, ['for-each-ref', FORMAT, ORIGIN_HEAD]),
  ]);
  const target = linesOf(origin.stdout)[0]?.split('\t')[2];
  const originHead = target?.startsWith(ORIGIN) ? target.slice(ORIGIN.length) : null;
  const asked = target === undefined || target === '' ? refs : [...refs, target];
  const found = await git(folder, ['for-each-ref', FORMAT, ...asked]);
  return {
    branch: linesOf(head.stdout)[0] ?? 'HEAD',
    remotes: linesOf(remotes.stdout).flatMap(toRemote),
    originHead,
    refs: new Map(linesOf(found.stdout).map((line) => pairOf(line))),
  };
}

function linesOf(output: Buffer): string[] {
  return output.toString('utf8').split('\n').filter(Boolean);
}

function toRemote(line: string): { name: string; url: string }[] {
  const [, name, url] = /^remote\.(.*)\.url (.*)$/.exec(line) ?? [];
  return name === undefined || url === undefined ? [] : [{ name, url }];
}

function pairOf(line: string): [string, string] {
  const [name = '', oid = ''] = line.split('\t');
  return [name, oid];
}
