import { reasonOf } from '../contract/reason-of.ts';
import { openFleet, type FeedStatus, type Fleet } from '../fleet/fleet.ts';
import { briefOf } from './event-brief.ts';
import { CliError, EXIT, type Terminal } from './terminal.ts';

/** Prints events of all workspaces, one per line, until it is stopped. */
export async function tailFleet(terminal: Terminal, { json }: { json: boolean }): Promise<number> {
  const fleet = open(terminal);
  const { colors } = terminal;
  const signal = terminal.stopSignal();
  const onAway = ({ message }: Error) => terminal.complain(`Redis cannot be used: ${message}\n`);
  for await (const { workspaceId, event } of fleet.follow({ signal, onAway })) {
    const line = json
      ? JSON.stringify({ workspaceId, event })
      : `${colors.bold(workspaceId)} ${briefOf(event, colors)}`;
    terminal.print(`${line}\n`);
  }
  return EXIT.DONE;
}

/** Prints one line per feed, and one below it per group that follows. */
export async function showFleet(terminal: Terminal, { json }: { json: boolean }): Promise<number> {
  const fleet = open(terminal);
  try {
    const feeds = await fleet.status();
    terminal.print(json ? `${JSON.stringify({ feeds })}\n` : feeds.map(toLines).join(''));
    return EXIT.DONE;
  } catch (error) {
    throw new CliError(`Redis cannot be used: ${reasonOf(error)}`, EXIT.UNREACHABLE);
  } finally {
    fleet.close();
  }
}

function open({ env }: Terminal): Fleet {
  try {
    return openFleet(env['REPLICA_LOG_URL'] ?? '');
  } catch {
    throw new CliError(
      'Set REPLICA_LOG_URL to the Redis of the fleet; docs/fleet.md has its form.',
      EXIT.USAGE,
    );
  }
}

function toLines({ feed, events, groups }: FeedStatus): string {
  const below = groups.map(
    ({ name, consumers, pending, lag }) =>
      `  ${name}  consumers ${consumers}  pending ${pending}  not delivered ${lag}\n`,
  );
  return `${feed}  events ${events}\n${below.join('')}`;
}
