import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A real folder that is gone when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'replicas-engine-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 })); // a log may still be at work there
  return folder;
}
