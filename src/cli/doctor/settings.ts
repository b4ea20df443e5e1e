import { resolve } from 'node:path';
import { EngineError } from '../../errors.ts';
import { parseEnvironment, type EngineEnvironment } from '../../environment/engine-env.ts';
import { DEV_HOME, readDevSettings } from '../connect.ts';
import type { Terminal } from '../terminal.ts';
import { bad, good, type Finding } from './check.ts';

export interface Settings {
  environment: EngineEnvironment;
  /** Whether an engine would start with them. */
  finding: Finding;
  /** What callers of the engine send; undefined when it is not known. */
  secret: string | undefined;
}

/** Stands in for what is missing, so that the rest can be looked at. */
const PLACEHOLDERS = {
  REPLICAS_ENGINE_SECRET: 'unknown',
  WORKSPACE_ID: 'unknown',
  MONOLITH_URL: 'http://127.0.0.1',
};

/**
 * The settings of the engine that would start here, or of the trial engine that runs in this folder; the defaults where the
 * environment is wrong.
 */
export function readSettings({ env, folder }: Terminal): Settings {
  const isNamed = Object.keys(PLACEHOLDERS).some((name) => env[name]);
  const dev = isNamed ? null : readDevSettings(folder);
  const whose = dev === null ? '' : `, of \`replicas-engine dev\` in ${resolve(folder, DEV_HOME)}`;
  return { ...parse({ ...env, ...dev }, whose), secret: (dev ?? env)['REPLICAS_ENGINE_SECRET'] };
}

function parse(env: Terminal['env'], whose: string): Omit<Settings, 'secret'> {
  try {
    const environment = parseEnvironment({ ...env });
    return { environment, finding: good(`valid, workspace ${environment.WORKSPACE_ID}${whose}`) };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { environment: parseWhatIsThere(env), finding: bad(error.message, REMEDY) };
  }
}

const REMEDY =
  'Set these variables; docs/environment.md describes each. `replicas-engine dev` needs none: run doctor where it was started.';

function parseWhatIsThere(env: Terminal['env']): EngineEnvironment {
  try {
    return parseEnvironment({ ...PLACEHOLDERS, ...env });
  } catch {
    const { PATH, HOME } = env;
    return parseEnvironment({ ...PLACEHOLDERS, PATH, HOME });
  }
}
