const TIMEOUT_MS = 10_000;

/** Sets git's credential helper `store` for this home unless some helper is set; without git there is nothing to do. */
export async function provideCredentialHelper(env: Readonly<Record<string, string>>): Promise<void> {
  const { execa } = await import('execa'); // only where there is a token, and long after the start
  const git = (...args: string[]) =>
    execa('git', ['config', '--global', ...args], {
      cwd: '/',
      env: { ...env },
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
      timeout: TIMEOUT_MS,
    });
  const { stdout, exitCode } = await git('--get-urlmatch', 'credential.helper', 'https://github.com');
  // 1: nothing is set. Anything else: it is, or the file cannot be read, which is not ours to mend.
  if (exitCode === 1 && stdout === '') await git('--add', 'credential.helper', 'store');
}
