/** Opens streams and says when all of them have begun, then when each has had so many bytes more. Run as a process. */
import { get } from 'node:http';
import { z } from 'zod';

const TaskSchema = z.object({ url: z.string(), streams: z.number(), bytes: z.number() });

process.on('message', (message) => {
  const { url, streams, bytes } = TaskSchema.parse(message);
  void follow(url, { streams, bytes });
});

async function follow(url: string, { streams, bytes }: { streams: number; bytes: number }): Promise<void> {
  const counters = Array.from({ length: streams }, () => openStream(url, bytes));
  await Promise.all(counters.map(({ begun }) => begun));
  process.send?.('begun');
  await Promise.all(counters.map(({ done }) => done));
  process.send?.('done');
  for (const { close } of counters) close();
}

/** What comes with the first chunk is not counted: each server begins in its own way. */
function openStream(url: string, bytes: number) {
  let begin = () => {};
  let finish = () => {};
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const done = new Promise<void>((resolve) => (finish = resolve));
  let missing: number | undefined;
  const request = get(url, (response) => {
    response.on('data', (chunk: Buffer) => {
      if (missing === undefined) {
        missing = bytes;
        begin();
      } else {
        missing -= chunk.length;
        if (missing <= 0) finish();
      }
    });
    response.on('error', () => undefined); // the request was destroyed by us
  });
  request.on('error', () => undefined); // the request was destroyed by us
  return { begun, done, close: () => request.destroy() };
}
