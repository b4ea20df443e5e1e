import pc from 'picocolors';
import type { EngineClient, Hook } from '../client/client.ts';
import { toColumns } from './columns.ts';
import { EXIT, type Terminal } from './terminal.ts';

/** Prints how far the hooks of the engine's repositories are; fails when one of them did. */
export async function showHooks(
  terminal: Terminal,
  { client, json }: { client: EngineClient; json: boolean },
): Promise<number> {
  const status = await client.hooks.status({ signal: terminal.stopSignal() });
  const colors = pc.createColors(terminal.hasColors);
  const rows = status.hooks.flatMap((hook) => toRows(hook, colors));
  terminal.print(
    json ? `${JSON.stringify(status, null, 2)}\n` : `Hooks: ${status.state}\n${toColumns(rows)}`,
  );
  return status.state === 'failed' ? EXIT.FAILED : EXIT.DONE;
}

function toRows(
  { repoName, kind, commands, error }: Hook,
  colors: ReturnType<typeof pc.createColors>,
): string[][] {
  if (commands.length === 0) return [['', repoName, kind, colors.red(error?.message ?? 'no commands')]];
  return commands.map(({ command, status, exitCode, durationMs }) => {
    const paint = status === 'succeeded' ? colors.green : status === 'running' ? colors.yellow : colors.dim;
    const shown = exitCode === null || exitCode === 0 ? paint(status) : colors.red(`${status} (${exitCode})`);
    const time = durationMs === null ? '' : `${(durationMs / 1000).toFixed(1)} s`;
    return ['', repoName, kind, shown, time, command.trim().split('\n')[0] ?? ''];
  });
}
