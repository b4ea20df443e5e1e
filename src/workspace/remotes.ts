import type { Repo } from '../contract/repos.ts';

/** Where a repository comes from, without credentials. */
export interface Remote {
  name: string;
  host: string;
  owner: string;
  repository: string;
}

/** User names, passwords and tokens of every URL in a text are left out. */
export function withoutCredentials(text: string): string {
  return text.replaceAll(/:\/\/[^\s/]*@/g, '://');
}

const URL_CHARACTERS = 4_096;

/** Undefined for what is no host's repository: a path, a bundle. */
export function parseRemote(name: string, url: string): Remote | undefined {
  if (url.length > URL_CHARACTERS) return undefined;
  const found = withoutCredentials(url).match(
    /^(?:(?:https?|ssh|git):\/\/([^/:]+)(?::\d+)?\/|(?:[^@/:]+@)?([^/:]+):(?!\/\/))(.+)$/i,
  );
  const host = (found?.[1] ?? found?.[2])?.toLowerCase();
  const path =
    found?.[3]
      ?.replace(/\/+$/, '')
      .replace(/\.git$/, '')
      .split('/')
      .filter(Boolean) ?? [];
  const repository = path.pop();
  if (host === undefined || repository === undefined || path.length === 0) return undefined;
  return { name, host, owner: path.join('/'), repository };
}

/** `owner/repository` on its host, which does not tell case apart. */
export function slugOf({ owner, repository }: Remote): string {
  return `${owner}/${repository}`.toLowerCase();
}

/** Pull requests are opened where a fork comes from. */
export function preferredRemote(remotes: readonly Remote[]): Remote | undefined {
  const named = ['upstream', 'origin'].map((name) => remotes.find((remote) => remote.name === name));
  return named.find((remote) => remote !== undefined) ?? remotes[0];
}

export function providerOf({ host }: Remote): Repo['provider'] {
  if (host.includes('github')) return 'github';
  return host.includes('gitlab') ? 'gitlab' : undefined;
}
