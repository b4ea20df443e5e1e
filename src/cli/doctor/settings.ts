import { EngineError } from '../../errors.ts';
import { parseEnvironment, type EngineEnvironment } from '../../engine-env.ts';
import type { Terminal } from '../terminal.ts';
import { bad, good, type Finding } from './check.ts';

export interface Settings {
  environment: EngineEnvironment;
  /** Whether an engine would start with them. */
  finding: Finding;
}

/** Stands in for what is missing, so that the rest can be looked at. */
const PLACEHOLDERS = {
  REPLICAS_ENGINE_SECRET: 'unknown',
  WORKSPACE_ID: 'unknown',
  MONOLITH_URL: 'http://127.0.0.1',
};

/** The settings of the engine that would start here; the defaults where the environment is wrong. */
export function readSettings({ env }: Terminal): Settings {
  try {
    const environment = parseEnvironment({ ...env });
    return { environment, finding: good(`valid, workspace ${environment.WORKSPACE_ID}`) };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const finding = bad(error.message, 'Set these variables; docs/environment.md describes each.');
    return { environment: parseWhatIsThere(env), finding };
  }
}

function parseWhatIsThere(env: Terminal['env']): EngineEnvironment {
  try {
    return parseEnvironment({ ...PLACEHOLDERS, ...env });
  } catch {
    const { PATH, HOME } = env;
    return parseEnvironment({ ...PLACEHOLDERS, PATH, HOME });
  }
}
