import { identify, shimOf } from '../../processes/identify.ts';
import { processesOf } from '../../processes/process-table.ts';
import type { Run } from '../../processes/run.ts';
import { killAll, ticksBefore, type Reach } from '../../processes/terminate.ts';

/**
 * Kills what the agent started since its earliest open tool was opened: nobody knows how an agent runs its tools, but
 * what starts while one is open belongs to it. What an earlier tool left running on purpose stays.
 */
export async function killTools(run: Run, { toolsOpenedSince: since }: Reach): Promise<void> {
  if (since !== null) await killAll(() => toolsSince(run, since));
}

function toolsSince(run: Run, since: number) {
  const status = identify(run);
  const agent = status.state === 'running' ? status.pid : null;
  const shim = shimOf(run);
  return processesOf(run).filter(
    ({ pid, parent, startTicks }) =>
      startTicks >= ticksBefore(since) && ![agent, shim].includes(pid) && parent !== shim,
  );
}
