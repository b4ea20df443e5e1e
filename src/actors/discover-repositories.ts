import { fromPromise } from 'xstate';
import type { Repository } from '../hooks/plan-hooks.ts';

/** Makes sure that the repositories of the workspace can be listed. */
export function discoverRepositories(list: () => Repository[]) {
  return fromPromise<void, undefined>(async () => void list());
}
