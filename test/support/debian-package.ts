import { execa } from 'execa';

/** Workers take turns, each with temporary files of its own: Debian's tools give up when another one is at work. */
const LOCK = '/tmp/engine-tests-installing.lock';

/** Installs a package of Debian when `isThere` misses it, which takes root; fails with its name when that is no use. */
export async function provideDebianPackage(name: string, isThere: () => Promise<boolean>): Promise<void> {
  if (await isThere()) return;
  const install = `apt-get update -qq && apt-get install -y -qq --no-install-recommends ${name}`;
  await execa('flock', [LOCK, 'sh', '-c', install]);
  if (!(await isThere())) throw new Error(`${name} is missing: apt-get install ${name}`);
}

export async function hasCommand(command: string): Promise<boolean> {
  const { exitCode } = await execa('sh', ['-c', `command -v ${command}`], { reject: false });
  return exitCode === 0;
}

/** How long an installation may take, in milliseconds. */
export const INSTALLING_MS = 300_000;
