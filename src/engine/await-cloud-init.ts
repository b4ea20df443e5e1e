import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fromPromise } from 'xstate';
import { openWatch } from '../processes/open-watch.ts';

/** A folder that does not exist yet, or a file system that tells nobody: looked at this often instead. */
const LOOK_EVERY_MS = 2_000;

/** Resolves once the file exists: at once, or when its folder changes. */
export function awaitCloudInit(file: string) {
  return fromPromise<void, undefined>(({ signal }) => fileToAppear(file, signal));
}

function fileToAppear(file: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (existsSync(file)) finish();
    };
    const timer = setInterval(look, LOOK_EVERY_MS);
    const watcher = openWatch(dirname(file), look); // the timer looks where nothing can be watched
    const finish = () => {
      clearInterval(timer);
      watcher?.close();
      resolve();
    };
    signal.addEventListener('abort', finish, { once: true });
    look();
  });
}
