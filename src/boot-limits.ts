import type { BootLimits } from './actors/boot-wait.ts';
import type { EngineEnvironment } from './engine-env.ts';

const REPOSITORIES_LIMIT_MS = 8_000;

/** How long boot waits for what. */
export function bootLimits(environment: EngineEnvironment): BootLimits {
  const { CLOUD_INIT_OUTPUT_LOG: file, CLOUD_INIT_TIMEOUT_MS: limitMs } = environment;
  return { cloudInit: { file, limitMs }, repositories: { limitMs: REPOSITORIES_LIMIT_MS } };
}
