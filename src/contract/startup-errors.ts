import type { Row } from './errors.ts';

/** Failures that keep an engine from starting. */
export const STARTUP_ERRORS = {
  ENVIRONMENT_INVALID: {
    status: 500,
    exitCode: 78,
    meaning: 'The engine was started with missing or wrong environment variables; all of them are named.',
    message: ({ problems }: { problems: string[] }) =>
      `The environment is not valid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
  },
  HOME_IN_USE: {
    status: 503,
    exitCode: 75,
    meaning: 'Another engine runs in this home. It is named; stop it, or set another `WORKSPACE_HOME`.',
    message: ({ home, holder }: { home: string; holder: string }) =>
      `Another engine (${holder}) runs in "${home}"; stop it, or set another WORKSPACE_HOME (\`dev\`: start it in another folder).`,
  },
  HOME_UNUSABLE: {
    status: 507,
    exitCode: 1,
    meaning:
      'The home cannot be written: its disk is full or read-only, or belongs to another user. The reason is named.',
    message: ({ home, reason }: { home: string; reason: string }) =>
      `The home "${home}" cannot be used (${reason}): it has to be a folder with room in it, to which the user of the engine may write. WORKSPACE_HOME names another.`,
  },
  HOME_UNLOCKABLE: {
    status: 500,
    exitCode: 1,
    meaning:
      'The home cannot be locked: the program `flock` of util-linux is not there, or the disk has no locks. The reason is named.',
    message: ({ home, reason }: { home: string; reason: string }) =>
      `The home "${home}" cannot be locked (${reason}): install util-linux, which has the program flock, and keep the home on a disk that has locks.`,
  },
  STOPPED_EARLY: {
    status: 503,
    exitCode: 0,
    meaning: 'The engine was told to stop while the workspace was restored; the next start restores it anew.',
  },
  PORT_UNAVAILABLE: {
    status: 500,
    exitCode: 1,
    meaning: 'The engine cannot listen where `HOST` and `PORT` say.',
    message: ({ host, port }: { host: string; port: number }) =>
      `Cannot listen on ${host}:${port}: the port is taken, reserved, or the host is not one of this machine's. Set another PORT or HOST.`,
  },
} satisfies Record<string, Row>;
