import { join } from 'node:path';

/** Every file and folder the engine touches, computed from one home. */
export interface Paths {
  /** The workspace's home, `~` of the whole documentation. */
  readonly home: string;
  /** Where repositories lie and agents run. */
  readonly workspaces: string;
  /** `~/.replicas`: users keep files of their own here, so it is never wiped. */
  readonly replicas: string;
  /** `~/.replicas/engine`: the engine's own. */
  readonly engine: string;
  readonly lock: string;
  /** Journal: the active segment; sealed ones lie beside it as `events-<first id>.jsonl`. */
  readonly events: string;
  readonly chats: string;
  readonly history: string;
  /** Texts and images too large for a line of the journal. */
  readonly payloads: string;
  /** One folder per agent process. */
  readonly agents: string;
  /** git's own list of credentials, one URL per line. */
  readonly gitCredentials: string;
  /** One folder per process of a hook. */
  readonly hooks: string;
  /** The same for scripts that are only tried. */
  readonly hookTests: string;
  readonly engineState: string;
  readonly startHooksLog: string;
  /** What agents show to people. */
  readonly canvas: string;
  readonly plans: readonly { source: 'claude' | 'replicas'; folder: string }[];
}

export function createPaths(home: string): Paths {
  const replicas = join(home, '.replicas');
  const engine = join(replicas, 'engine');
  return {
    home,
    workspaces: join(home, 'workspaces'),
    replicas,
    engine,
    lock: join(engine, 'lock'),
    events: join(engine, 'events.jsonl'),
    chats: join(engine, 'chats.json'),
    history: join(engine, 'history'),
    payloads: join(engine, 'payloads'),
    agents: join(engine, 'agents'),
    gitCredentials: join(home, '.git-credentials'),
    hooks: join(engine, 'hooks'),
    hookTests: join(engine, 'hook-tests'),
    engineState: join(replicas, 'engine-state.json'),
    startHooksLog: join(replicas, 'startHooks.log'),
    canvas: join(replicas, 'canvas'),
    plans: [
      { source: 'claude', folder: join(home, '.claude', 'plans') },
      { source: 'replicas', folder: join(replicas, 'plans') },
    ],
  };
}
