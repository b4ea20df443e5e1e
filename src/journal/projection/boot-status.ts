import { existsSync } from 'node:fs';
import type { Boot, BootState, BootWait, RestoreProgress } from '../../contract/status.ts';
import type { EngineEnvironment } from '../../environment/engine-env.ts';
import type { Log } from '../../log.ts';

type BootSettings = Pick<EngineEnvironment, 'CLOUD_INIT_OUTPUT_LOG' | 'CLOUD_INIT_TIMEOUT_MS'>;

/** How far boot is. */
export class BootStatus {
  readonly #settings: BootSettings;
  readonly #log: Log | undefined;
  #boot: Boot;

  constructor(settings: BootSettings, log?: Log) {
    this.#settings = settings;
    this.#log = log;
    this.#boot = this.at('initializing');
  }

  read(): Boot {
    return this.#boot;
  }

  /** Boot as it comes to a state now, with what it waits for there. */
  at(
    state: BootState,
    { reason, restore }: { reason?: string | undefined; restore?: RestoreProgress | undefined } = {},
  ): Boot {
    const since = new Date().toISOString();
    const stands = { state, since, ...(reason !== undefined && { reason }), ...(restore && { restore }) };
    const wait = WAITS[state](this.#settings, restore);
    if (wait === undefined) return stands;
    const { limitMs, ...told } = wait;
    const until = limitMs === null ? null : new Date(Date.parse(since) + limitMs).toISOString();
    return { ...stands, waitingFor: { ...told, since, until } };
  }

  /** Takes in what was said of boot, also into the log, for whoever wonders why nothing runs. */
  note(change: Omit<Boot, 'since'>): void {
    const { state, reason, waitingFor } = change;
    if (reason !== undefined && reason !== this.#boot.reason)
      this.#log?.warn({ state, reason }, 'boot went on without');
    if (waitingFor?.for === 'cloudInit') this.#log?.warn({ state, waitingFor }, 'boot waits');
    else this.#log?.info({ state, ...(waitingFor && { waitingFor }) }, 'boot goes on');
    this.#boot = { ...change, since: waitingFor?.since ?? new Date().toISOString() };
  }
}

/** Boot while the workspace is restored; `trouble` is why that does not go on. */
export function restoringBoot(
  restore: RestoreProgress,
  { since, trouble }: { since: string; trouble: string },
): Boot {
  const how =
    trouble === ''
      ? `${restore.phase}, ${restore.percent} %.`
      : `${trouble} It is tried again until it works.`;
  const message = `Restoring the workspace: ${how}`;
  return {
    state: 'restoring',
    since,
    waitingFor: { for: 'restore', message, since, until: null, skip: null },
    restore,
  };
}

type Wait = Omit<BootWait, 'since' | 'until'> & { limitMs: number | null };

const WAITS: Record<BootState, (settings: BootSettings, restore?: RestoreProgress) => Wait | undefined> = {
  initializing: ({ CLOUD_INIT_OUTPUT_LOG: file, CLOUD_INIT_TIMEOUT_MS: limitMs }) =>
    existsSync(file)
      ? undefined
      : {
          for: 'cloudInit',
          message: `Waiting for ${file}, the sign that cloud-init sets up this machine, for ${limitMs / 1_000} s at most.`,
          limitMs,
          skip: `Not a machine with cloud-init? Make the file (touch ${file}), or start with CLOUD_INIT_OUTPUT_LOG naming a file that is there, or with a shorter CLOUD_INIT_TIMEOUT_MS.`,
        },
  restoring: (_, { percent } = { phase: 'repositories', percent: 0, bytes: 0 }) => ({
    for: 'restore',
    message: `Restoring the workspace: repositories, ${percent} %.`,
    limitMs: null,
    skip: null,
  }),
  discoveringRepositories: () => ({
    for: 'repositories',
    message: `Looking at the repositories, for ${REPOSITORIES_LIMIT_MS / 1_000} s at most.`,
    limitMs: REPOSITORIES_LIMIT_MS,
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

/** As long as the boot machine waits. */
const REPOSITORIES_LIMIT_MS = 8_000;
