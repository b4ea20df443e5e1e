import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { Environment } from '../../support/engine-process.ts';
import { killAgents } from '../../support/agent-processes.ts';
import { createTemporaryHome } from '../../support/temporary-home.ts';
import type { Workspace } from '../../support/workspace.ts';

/** Everything that ran there is dead, and nothing is left of its disk. */
export async function loseMachine({ kill }: Pick<Workspace, 'kill'>, home: string): Promise<void> {
  await kill();
  await killAgents(home);
  await rm(home, { recursive: true, force: true, maxRetries: 5 });
}

/** A machine on which nothing of the workspace ever was: what an engine there is started with. Made before that workspace, it goes after it. */
export async function anotherMachine(): Promise<Environment & { WORKSPACE_HOME: string }> {
  const home = await createTemporaryHome();
  const { path } = home;
  onTestFinished(() => home.remove());
  const sign = join(path, 'cloud-init-output.log');
  await writeFile(sign, 'done\n');
  return { WORKSPACE_HOME: path, CLOUD_INIT_OUTPUT_LOG: sign };
}

/** Everything that was written so far is in the shared log. */
export async function isMirrored({ client }: Pick<Workspace, 'client'>): Promise<void> {
  await expect
    .poll(async () => {
      const { body } = await client.get<{ lastEventId: string; mirror: { copiedId: string } }>('/status');
      return body.mirror.copiedId === body.lastEventId;
    })
    .toBe(true);
}
