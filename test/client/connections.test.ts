import { describe, expect, it } from 'vitest';
import { collectGarbage, openEndlessServer } from './open-server.ts';
import { deleted } from './stand-in.ts';

/** Once it is there, Node's own `fetch` follows its signal only until garbage is collected. */
describe('a connection that garbage was collected behind', () => {
  it('is closed by whoever leaves the iteration', async () => {
    const { client, open } = await openEndlessServer(deleted(1));

    for await (const _event of client.events()) {
      await collectGarbage();
      break;
    }

    await expect.poll(open).toBe(0);
  });

  it('is closed by the signal of the iteration, which ends with the reason', async () => {
    const { client, open } = await openEndlessServer(deleted(1));
    const stop = new AbortController();
    const events = client.events({ signal: stop.signal });
    await events.next();
    const next = events.next();

    await collectGarbage();
    stop.abort('enough');

    await expect(next).rejects.toBe('enough');
    await expect.poll(open).toBe(0);
  });

  it('is closed when nothing arrives for too long', async () => {
    const { client, open } = await openEndlessServer(deleted(1), {
      silenceMs: 50,
      backoff: { firstDelayMs: 60_000 },
    });
    const stop = new AbortController();
    const events = client.events({ signal: stop.signal });
    await events.next();
    const next = events.next();

    await collectGarbage();

    await expect.poll(open).toBe(0);
    stop.abort('enough');
    await expect(next).rejects.toBe('enough');
  });

  it('is closed by the signal of a call whose answer does not end', async () => {
    const { client, open } = await openEndlessServer('{');
    const stop = new AbortController();
    const status = client.status({ signal: stop.signal });
    await expect.poll(open).toBe(1);

    await collectGarbage();
    stop.abort('enough');

    await expect(status).rejects.toBe('enough');
    await expect.poll(open).toBe(0);
  });
});

describe('an iteration', () => {
  it.each(['events', 'follow', 'followChat'] as const)(
    'of %s that is closed while it waits ends at once, with its connection',
    async (method) => {
      const { client, open } = await openEndlessServer(': hello\n\n');
      const iteration = client[method]('c' as never);
      const next = iteration.next();
      await expect.poll(open).toBeGreaterThan(0);

      await iteration.return(undefined);

      expect(await next).toEqual({ done: true, value: undefined });
      await expect.poll(open).toBe(0);
    },
  );
});
