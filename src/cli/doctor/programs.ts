import { join } from 'node:path';
import { execa } from 'execa';
import { findExecutable } from '../../environment/find-executable.ts';
import { bad, doubtful, good, type Finding } from './check.ts';

const LIMIT_MS = 20_000;
const OLDEST_NODE = [20, 19] as const;

export interface ProgramOptions {
  /** A path, or a name to find on `searchPath`. */
  command: string;
  searchPath: string | undefined;
  missing: Finding;
}

export function examineNode(version = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
  return isOld
    ? bad(`${version} is too old`, `Install Node ${OLDEST_NODE.join('.')} or newer.`)
    : good(version);
}

/** Whether a program is there and tells its version. */
export async function examineProgram({ command, searchPath, missing }: ProgramOptions): Promise<Finding> {
  const file = findExecutable(command, searchPath);
  if (file === undefined) return missing;
  const version = await readVersion(file);
  return version === null
    ? bad(`${file} does not run`, `Run \`${file} --version\` to see why.`)
    : good(`${version} (${file})`);
}

/** What a program says of its version; null when it does not run. Some write into their home even then. */
export async function readVersion(file: string, env: Record<string, string> = {}): Promise<string | null> {
  const { stdout, failed } = await execa(file, ['--version'], {
    env,
    reject: false,
    timeout: LIMIT_MS,
    stdin: 'ignore',
  });
  return failed ? null : (/\d+(?:\.\d+)+\S*/.exec(stdout)?.[0] ?? stdout.trim());
}

/** Who commits: agents cannot without. */
export async function examineGitIdentity({
  home,
  env,
}: {
  home: string;
  env: Record<string, string>;
}): Promise<Finding> {
  const read = async (key: string) => {
    const options = {
      reject: false,
      timeout: LIMIT_MS,
      env: { ...env, HOME: home },
      extendEnv: false,
    } as const;
    return (await execa('git', ['config', '--global', key], options)).stdout ?? '';
  };
  const [name, email] = [await read('user.name'), await read('user.email')];
  const set = `git config --file ${join(home, '.gitconfig')}`;
  const remedy = `${set} user.name … && ${set} user.email …`;
  return name === '' || email === ''
    ? doubtful('unset: agents cannot commit', remedy)
    : good(`${name} <${email}>`);
}
