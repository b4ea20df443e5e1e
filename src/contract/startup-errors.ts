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
      `Another engine (${holder}) runs in "${home}"; stop it, or set another WORKSPACE_HOME.`,
  },
  HOME_FULL: {
    status: 507,
    exitCode: 1,
    meaning: 'The disk of the home has no room for what an engine needs there when it first starts.',
    message: ({ home }: { home: string }) =>
      `The disk of "${home}" is full: make room there and start again, or set another WORKSPACE_HOME.`,
  },
  STOPPED_EARLY: {
    status: 503,
    exitCode: 0,
    meaning: 'The engine was told to stop while the workspace was restored; the next start restores it anew.',
    message: () => 'Stopped while the workspace was restored; the next start restores it anew.',
  },
  PORT_UNAVAILABLE: {
    status: 500,
    exitCode: 1,
    meaning: 'The engine cannot listen where `HOST` and `PORT` say.',
    message: ({ host, port }: { host: string; port: number }) =>
      `Cannot listen on ${host}:${port}: the port is taken, reserved, or the host is not one of this machine's. Set another PORT or HOST.`,
  },
} satisfies Record<string, Row>;
