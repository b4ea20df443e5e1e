import { setInterval } from 'node:timers/promises';
import type { ConnectionChange, EngineClient } from '../../client/client.ts';
import { CliError, EXIT, type Terminal } from '../terminal.ts';
import { toScreen } from './board-view.ts';
import { BoardKeeper } from './board.ts';
import { FullScreen } from './full-screen.ts';

const DRAW_MS = 250;
const DRAWS_BETWEEN_READS = 4;
/** Uptime and mirror are told by no event. */
const DRAWS_BETWEEN_STATUS = 20;

export interface WatchOptions {
  /** Gives up soon: whether there is an engine at all shows at once. */
  finder: EngineClient;
  /** Tries again for ever: an engine that was there comes back. */
  client: EngineClient;
}

/** Shows the workspace on one screen, live, until it is left. */
export async function watch(terminal: Terminal, { finder, client }: WatchOptions): Promise<number> {
  if (!terminal.isInteractive)
    throw new CliError('watch needs a terminal; `replicas-engine status` works without one.', EXIT.USAGE);
  const leaving = new AbortController();
  const signal = AbortSignal.any([terminal.stopSignal(), leaving.signal]);
  await finder.status({ signal });
  const keeper = new BoardKeeper(finder, signal);
  const screen = new FullScreen({ ...terminal.streams, onLeave: () => leaving.abort() });
  let trouble = '';
  const onConnection = ({ state }: ConnectionChange) =>
    void (trouble = state === 'open' ? '' : 'The engine is away; trying again…');
  const follow = async () => {
    for await (const joined of client.follow({ signal, onConnection })) keeper.take(joined);
  };
  const colors = terminal.colors;
  const draw = () =>
    screen.draw((rows) => toScreen(keeper.board, { colors, rows, now: Date.now(), trouble }));
  try {
    await Promise.all([follow(), drawForEver(keeper, { draw, signal })]);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    screen.close();
    leaving.abort();
  }
  return EXIT.DONE;
}

async function drawForEver(
  keeper: BoardKeeper,
  { draw, signal }: { draw: () => void; signal: AbortSignal },
): Promise<void> {
  let draws = 0;
  for await (const _ of setInterval(DRAW_MS, undefined, { signal })) {
    if (draws % DRAWS_BETWEEN_STATUS === 0) keeper.expire('status');
    if (draws % DRAWS_BETWEEN_READS === 0) void keeper.refresh();
    draw();
    draws += 1;
  }
}
