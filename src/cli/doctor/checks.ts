import {
  CLAUDE_LOGIN_VARIABLES,
  CODEX_LOGIN_VARIABLES,
  credentialPaths,
} from '../../credentials/credential-paths.ts';
import { archiveTargetOf } from '../../environment/archive-variables.ts';
import { agentEnvironment } from '../../environment/engine-env.ts';
import { createPaths, type Paths } from '../../environment/paths.ts';
import type { Terminal } from '../terminal.ts';
import { agentCheck, CLAUDE_PROBE, CODEX_PROBE, type Probe } from './agents.ts';
import { archiveCheck } from './archive.ts';
import { bad, doubtful, type Check } from './check.ts';
import { loginCheck } from './logins.ts';
import { cloudInitCheck, diskCheck, homeCheck } from './places.ts';
import { portCheck } from './port.ts';
import { gitIdentityCheck, nodeCheck, programCheck } from './programs.ts';
import { engineCheck, engineFinder, type EngineAddress } from './running-engine.ts';
import { readSettings } from './settings.ts';
import { sharedLogCheck } from './shared-log.ts';
import { controlPlaneCheck, tracesCheck } from './upstreams.ts';

const APT = 'apt-get install -y';

interface KnownAgent {
  variable: 'CLAUDE_PATH' | 'CODEX_PATH';
  source: string;
  probe: Probe;
}

/** Everything that an engine started here would need. */
export function createChecks(terminal: Terminal): Check[] {
  const { environment, finding, secret } = readSettings(terminal);
  const { WORKSPACE_HOME: home, HOST: host, PORT: port, MONOLITH_URL } = environment;
  const { REPLICA_LOG_URL, OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT } = environment;
  const archive = archiveTargetOf(environment);
  const paths = createPaths(home);
  const env = agentEnvironment(environment);
  const searchPath = env['PATH'];
  const tool = (name: string, debianPackage: string) => {
    const missing = bad('not found', `${APT} ${debianPackage}`);
    return programCheck({ name, command: name, searchPath, missing });
  };
  const agent = (name: string, { variable, source, probe }: KnownAgent) => {
    const remedy = `npm install -g ${source}, or set ${variable}.`;
    return agentCheck({ name, command: environment[variable], searchPath, env, remedy, probe });
  };
  const noGitHubCli = doubtful(
    'not found: pull requests are not listed',
    `${APT} gh, or https://cli.github.com`,
  );
  return [
    { name: 'environment', examine: () => finding },
    nodeCheck(),
    tool('flock', 'util-linux'),
    tool('fallocate', 'util-linux'),
    tool('git', 'git'),
    gitIdentityCheck({ home, env }),
    programCheck({ name: 'gh', command: environment.GH_PATH, searchPath, missing: noGitHubCli }),
    agent('claude', { variable: 'CLAUDE_PATH', source: '@anthropic-ai/claude-code', probe: CLAUDE_PROBE }),
    agent('codex', { variable: 'CODEX_PATH', source: '@openai/codex', probe: CODEX_PROBE }),
    ...loginChecks(paths, env),
    homeCheck(paths),
    diskCheck(paths),
    cloudInitCheck(environment),
    ...engineChecks({ host, port, secret }),
    ...(finding.state === 'good' ? [controlPlaneCheck(MONOLITH_URL)] : []),
    ...(REPLICA_LOG_URL === undefined ? [] : [sharedLogCheck(REPLICA_LOG_URL)]),
    ...(archive == null ? [] : [archiveCheck(archive)]),
    ...(OTEL_EXPORTER_OTLP_ENDPOINT === undefined
      ? []
      : [tracesCheck(OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? OTEL_EXPORTER_OTLP_ENDPOINT)]),
  ];
}

/** An engine that runs already uses the port rightly. */
function engineChecks(address: EngineAddress): Check[] {
  const find = engineFinder(address);
  return [portCheck({ ...address, find }), engineCheck({ ...address, find })];
}

function loginChecks(paths: Paths, env: Readonly<Record<string, string>>): Check[] {
  const at = credentialPaths(paths, env);
  return [
    loginCheck({
      name: 'claude login',
      env,
      variables: CLAUDE_LOGIN_VARIABLES,
      files: [at.claudeCredentials, at.bedrockCredentials],
    }),
    loginCheck({ name: 'codex login', env, variables: CODEX_LOGIN_VARIABLES, files: [at.codexAuth] }),
    loginCheck({ name: 'github login', env, variables: ['GH_TOKEN'], files: [at.gitCredentials] }),
  ];
}
