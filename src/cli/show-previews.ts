import { show, type ShowOptions } from './show.ts';
import { toColumns } from './show-status.ts';
import type { Terminal } from './terminal.ts';
import { visible } from './visible.ts';

/** Prints what listens on a port, where it is reached, and what it is. */
export async function showPreviews(terminal: Terminal, { client, json }: ShowOptions): Promise<number> {
  const previews = await client.previews({ signal: terminal.stopSignal() });
  const { dim } = terminal.colors;
  const rows = previews.map(({ port, publicUrl, pid, command, chatId }) => [
    String(port),
    publicUrl,
    dim(String(pid)),
    dim(chatId?.slice(0, 8) ?? ''),
    visible(command),
  ]);
  const nothing = 'No process of the workspace listens on a port.';
  return show(terminal, { json, value: { previews }, text: toColumns(rows), nothing });
}
