import { fromPromise } from 'xstate';

/** Waits until the repositories of the workspace are known. */
export function discoverRepositories(discovered: () => Promise<unknown>) {
  return fromPromise<void, undefined>(async () => void (await discovered()));
}
