import { expect, it } from 'vitest';
import { watch } from '../../../src/cli/watch/watch.ts';
import type { EngineClient } from '../../../src/client/client.ts';
import { openTestTerminal } from '../stand-in.ts';

it('is refused where there is no terminal, and names what works there', async () => {
  const client = {} as EngineClient;

  await expect(watch(openTestTerminal(), { finder: client, client })).rejects.toThrow(
    'watch needs a terminal; `replicas-engine status` works without one.',
  );
});
