import { existsSync } from 'node:fs';
import type { Boot, BootState, BootWait } from '../contract/status.ts';

export interface BootLimits {
  cloudInit: { file: string; limitMs: number };
  repositories: { limitMs: number };
}

/** Boot as it comes to a state now, with what it waits for there. */
export function bootAt(state: BootState, limits: BootLimits): Boot {
  const now = new Date();
  const wait = WAITS[state](limits);
  if (wait === undefined) return { state, since: now.toISOString() };
  const { limitMs, ...told } = wait;
  const until = limitMs === null ? null : new Date(now.getTime() + limitMs).toISOString();
  return { state, since: now.toISOString(), waitingFor: { ...told, since: now.toISOString(), until } };
}

type Wait = Omit<BootWait, 'since' | 'until'> & { limitMs: number | null };

const WAITS: Record<BootState, (limits: BootLimits) => Wait | undefined> = {
  initializing: ({ cloudInit: { file, limitMs } }) =>
    existsSync(file)
      ? undefined
      : {
          for: 'cloudInit',
          message: `Waiting for ${file}, the sign that cloud-init sets up this machine, for ${limitMs / 1_000} s at most.`,
          limitMs,
          skip: `Not a machine with cloud-init? Make the file (touch ${file}), or start with CLOUD_INIT_OUTPUT_LOG naming a file that is there, or with a shorter CLOUD_INIT_TIMEOUT_MS.`,
        },
  discoveringRepositories: ({ repositories: { limitMs } }) => ({
    for: 'repositories',
    message: `Looking at the repositories, for ${limitMs / 1_000} s at most.`,
    limitMs,
    skip: null,
  }),
  runningHooks: () => ({
    for: 'startHooks',
    message:
      'Running the start hooks; each command has its own time limit. GET /hooks/status tells how they stand.',
    limitMs: null,
    skip: null,
  }),
  ready: () => undefined,
};
