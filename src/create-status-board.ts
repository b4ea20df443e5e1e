import type { Hub } from './journal/hub.ts';
import type { Home } from './open-home.ts';
import { StatusBoard } from './projection/status-board.ts';
import { countRepositories } from './workspace/count-repositories.ts';
import { rememberBriefly } from './workspace/remember-briefly.ts';
import { hasActiveSshSessions } from './workspace/ssh-sessions.ts';

/** Logins and repositories are counted at most this often. */
const LOOK_EVERY_MS = 1_000;

/** The engine's counters, bound to what they count. */
export function createStatusBoard({ paths, records, hooks, bootId }: Home, hub: Hub): StatusBoard {
  const hasLogins = rememberBriefly(hasActiveSshSessions, LOOK_EVERY_MS);
  const reposTotal = rememberBriefly(() => countRepositories(paths.workspaces), LOOK_EVERY_MS);
  return new StatusBoard({
    records,
    counted: () => ({
      hasActiveSSHSessions: hasLogins(),
      activeSseClients: hub.clients,
      reposTotal: reposTotal(),
      hooksRunning: hooks.isRunningIn(bootId),
    }),
  });
}
