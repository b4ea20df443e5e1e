import { expect, it } from 'vitest';
import { chat } from '../../../src/cli/chat/chat.ts';
import type { EngineClient } from '../../../src/client/client.ts';
import { openTestTerminal } from '../stand-in.ts';

it('is refused where there is no terminal, and names what works there', async () => {
  const client = {} as EngineClient;

  await expect(
    chat(openTestTerminal(), { finder: client, client, historyLimit: 1, isNew: false }),
  ).rejects.toThrow('A chat needs a terminal; `replicas-engine send` works without one.');
});
