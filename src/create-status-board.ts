import type { Hub } from './journal/hub.ts';
import type { Home } from './open-home.ts';
import { StatusBoard } from './projection/status-board.ts';
import type { Workspace } from './start-workspace.ts';

/** The engine's counters, bound to what they count. */
export function createStatusBoard(
  { records, hooks, bootId }: Home,
  { hub, workspace }: { hub: Hub; workspace: Workspace },
): StatusBoard {
  return new StatusBoard({
    records,
    counted: () => ({
      ...workspace.counted(),
      activeSseClients: hub.clients,
      hooksRunning: hooks.isRunningIn(bootId),
    }),
  });
}
