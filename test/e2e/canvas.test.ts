import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { CanvasItemSummary } from '../../src/contract/canvas.ts';
import { scriptTurns } from '../../src/dev/turn-script.ts';
import { runs } from '../support/scripted-turns.ts';
import { startWorkspace } from '../support/workspace.ts';

it('what an agent puts on the canvas, of which it was told, is announced, listed and read', async () => {
  const put = 'mkdir -p ~/.replicas/canvas && printf "# Report\\n" > ~/.replicas/canvas/report.md';
  const { home, client, chatId, model } = await startWorkspace({ script: scriptTurns(runs(put)) });
  const canvas = join(home, '.replicas', 'canvas');
  const stream = await client.follow({ types: ['canvas.changed'] });

  await client.send(chatId, 'report');
  const written = await stream.waitFor(
    (event) => event.type === 'canvas.changed' && event.payload.item.sizeBytes === 9,
  );
  const { body } = await client.get<{ items: CanvasItemSummary[] }>('/canvas');
  const item = await client.get('/canvas/report.md');
  rmSync(join(canvas, 'report.md'));
  const removed = await stream.waitFor(
    (event) => event.type === 'canvas.changed' && event.payload.change === 'removed',
  );

  expect(JSON.stringify(model.messages().at(-1))).toContain(canvas);
  expect(body.items).toEqual([
    { filename: 'report.md', kind: 'markdown', sizeBytes: 9, updatedAt: expect.any(String) },
  ]);
  expect(written.payload).toEqual({ item: body.items[0], change: 'written' });
  expect(item).toEqual({
    status: 200,
    body: { ...body.items[0], mimeType: 'text/markdown', content: '# Report\n' },
  });
  expect(removed.payload).toEqual({ item: body.items[0], change: 'removed' });
  expect(await client.get('/canvas/report.md')).toMatchObject({ body: { code: 'canvas_item_not_found' } });
});
