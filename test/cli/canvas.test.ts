import { expect, it } from 'vitest';
import { listCanvas, printCanvasItem } from '../../src/cli/show-canvas.ts';
import { showPreviews } from '../../src/cli/show-previews.ts';
import type { CanvasItem, EngineClient, Preview } from '../../src/client/client.ts';
import { openTestTerminal } from './stand-in.ts';

const AT = '2026-01-01T00:00:00.000Z';

const ITEM: CanvasItem = {
  filename: 'report.md',
  kind: 'markdown',
  sizeBytes: 12,
  updatedAt: AT,
  mimeType: 'text/markdown',
  content: '# A report\u001B[2J\n',
};

const PREVIEW: Preview = {
  port: 5173,
  publicUrl: 'https://5173.example.com',
  createdAt: AT,
  pid: 42,
  command: 'vite',
  chatId: '01234567-89ab',
};

function clientOf(item: CanvasItem): EngineClient {
  const client = {
    canvas: async () => [item],
    canvasItem: async () => item,
    previews: async () => [PREVIEW],
  };
  return client as unknown as EngineClient;
}

it('the canvas is listed with kind, size and time', async () => {
  const terminal = openTestTerminal();
  expect(await listCanvas(terminal, { client: clientOf(ITEM), json: false })).toBe(0);
  expect(terminal.printed()).toBe(`report.md  markdown  12  ${AT}\n`);
});

it('an item is printed as it is, and on a terminal with its controls shown', async () => {
  const printed = await Promise.all(
    [false, true].map(async (isTerminal) => {
      const terminal = { ...openTestTerminal(), isTerminal };
      await printCanvasItem(terminal, { client: clientOf(ITEM), filename: 'report.md', json: false });
      return terminal.printed();
    }),
  );
  expect(printed).toEqual(['# A report\u001B[2J\n', '# A report␛[2J\n']);
});

it('an item that is too large fails, and says how large it is', async () => {
  const terminal = openTestTerminal();
  const { content: _content, ...rest } = ITEM;
  const large: CanvasItem = { ...rest, sizeBytes: 6_000_000, tooLarge: true };
  expect(
    await printCanvasItem(terminal, { client: clientOf(large), filename: 'report.md', json: false }),
  ).toBe(1);
  expect(terminal.complained()).toBe(
    'report.md is too large to be read through the engine: 6000000 bytes.\n',
  );
});

it('previews are shown with their address, process and chat', async () => {
  const terminal = openTestTerminal();
  expect(await showPreviews(terminal, { client: clientOf(ITEM), json: false })).toBe(0);
  expect(terminal.printed()).toBe('5173  https://5173.example.com  42  01234567  vite\n');
});
