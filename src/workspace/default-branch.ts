import type { Metadata } from './metadata.ts';

export interface DefaultBranchSettings {
  REPLICAS_REPO_NAME?: string | undefined;
  REPLICAS_DEFAULT_BRANCH?: string | undefined;
}

export interface DefaultBranch {
  /** Empty when nothing says which. */
  name: string;
  /** Its tip: of the remote branch, which others see, before the local one. Null when it has none here. */
  tip: string | null;
}

const USUAL = ['main', 'master'];

/** Branches whose refs decide which is the default one. */
export function candidateBranches({ REPLICAS_DEFAULT_BRANCH }: DefaultBranchSettings): string[] {
  return REPLICAS_DEFAULT_BRANCH === undefined ? USUAL : [...new Set([REPLICAS_DEFAULT_BRANCH, ...USUAL])];
}

/** What the settings say, else what the remote says, else what branches are usually called. */
export function defaultBranchOf(
  repoName: string,
  { metadata, settings }: { metadata: Metadata; settings: DefaultBranchSettings },
): DefaultBranch {
  const name =
    settingFor(repoName, { metadata, settings }) ??
    metadata.originHead ??
    USUAL.find((branch) => tipOf(branch, metadata) !== null) ??
    (USUAL.includes(metadata.branch) ? metadata.branch : '');
  return { name, tip: name === '' ? null : tipOf(name, metadata) };
}

interface Sources {
  metadata: Metadata;
  settings: DefaultBranchSettings;
}

function settingFor(repoName: string, { metadata, settings }: Sources): string | undefined {
  const { REPLICAS_REPO_NAME: named, REPLICAS_DEFAULT_BRANCH: branch } = settings;
  if (branch === undefined) return undefined;
  if (named !== undefined) return named === repoName ? branch : undefined;
  return tipOf(branch, metadata) === null ? undefined : branch;
}

function tipOf(branch: string, { refs }: Metadata): string | null {
  return refs.get(`refs/remotes/origin/${branch}`) ?? refs.get(`refs/heads/${branch}`) ?? null;
}
