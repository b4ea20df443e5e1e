import { execa } from 'execa';
import { findExecutable } from '../../environment/find-executable.ts';
import { bad, doubtful, good, type Check, type Finding } from './check.ts';

const LIMIT_MS = 20_000;
const OLDEST_NODE = [20, 19] as const;

export interface ProgramOptions {
  name: string;
  /** A path, or a name to find on `searchPath`. */
  command: string;
  searchPath: string | undefined;
  missing: Finding;
}

export function nodeCheck(version = process.versions.node): Check {
  return {
    name: 'node',
    examine() {
      const [major = 0, minor = 0] = version.split('.').map(Number);
      const isOld = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
      return isOld
        ? bad(`${version} is too old`, `Install Node ${OLDEST_NODE.join('.')} or newer.`)
        : good(version);
    },
  };
}

/** Whether a program is there and tells its version. */
export function programCheck({ name, command, searchPath, missing }: ProgramOptions): Check {
  return {
    name,
    async examine() {
      const file = findExecutable(command, searchPath);
      return file === undefined ? missing : describeVersion(file);
    },
  };
}

async function describeVersion(file: string): Promise<Finding> {
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
export function gitIdentityCheck({ home, env }: { home: string; env: Record<string, string> }): Check {
  const read = async (key: string) => {
    const options = {
      reject: false,
      timeout: LIMIT_MS,
      env: { ...env, HOME: home },
      extendEnv: false,
    } as const;
    return (await execa('git', ['config', '--global', key], options)).stdout ?? '';
  };
  return {
    name: 'git identity',
    async examine() {
      const [name, email] = [await read('user.name'), await read('user.email')];
      return name === '' || email === ''
        ? doubtful(
            'unset: agents cannot commit',
            'git config --global user.name … && git config --global user.email …',
          )
        : good(`${name} <${email}>`);
    },
  };
}
