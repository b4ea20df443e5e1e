import { Buffer } from 'node:buffer';
import { show, type ShowOptions } from './show.ts';
import { toColumns } from './show-status.ts';
import { EXIT, type Terminal } from './terminal.ts';
import { visible } from './visible.ts';

export async function listCanvas(terminal: Terminal, { client, json }: ShowOptions): Promise<number> {
  const items = await client.canvas({ signal: terminal.stopSignal() });
  const rows = items.map(({ filename, kind, sizeBytes, updatedAt }) => [
    visible(filename),
    kind,
    String(sizeBytes),
    updatedAt,
  ]);
  return show(terminal, { json, value: { items }, text: toColumns(rows), nothing: 'The canvas is empty.' });
}

/** Prints an item as it is; on a terminal with its controls shown. */
export async function printCanvasItem(
  terminal: Terminal,
  { client, filename, json }: ShowOptions & { filename: string },
): Promise<number> {
  const item = await client.canvasItem(filename, { signal: terminal.stopSignal() });
  if (!json && item.tooLarge === true) {
    terminal.complain(`${filename} is too large to be read through the engine: ${item.sizeBytes} bytes.\n`);
    return EXIT.FAILED;
  }
  const text = item.content ?? Buffer.from(item.base64 ?? '', 'base64').toString('utf8');
  return show(terminal, { json, value: item, text: terminal.isTerminal ? visible(text) : text });
}
