import {
  CLAUDE_LOGIN_VARIABLES,
  CODEX_LOGIN_VARIABLES,
  credentialPaths,
} from '../../credentials/credential-paths.ts';
import { archiveTargetOf } from '../../environment/archive-variables.ts';
import { agentEnvironment } from '../../environment/engine-env.ts';
import { createPaths, type Paths } from '../../environment/paths.ts';
import type { Terminal } from '../terminal.ts';
import { examineAgent, CLAUDE_PROBE, CODEX_PROBE, type Probe } from './agents.ts';
import { examineArchive } from './archive.ts';
import { bad, doubtful, type Check } from './check.ts';
import { examineLogin } from './logins.ts';
import { examineCloudInit, examineDisk, examineHome } from './places.ts';
import { examinePort } from './port.ts';
import { examineGitIdentity, examineNode, examineProgram } from './programs.ts';
import { engineFinder, examineEngine } from './running-engine.ts';
import { readSettings } from './settings.ts';
import { examineSharedLog } from './shared-log.ts';
import { examineCollector, examineControlPlane } from './upstreams.ts';

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
  const tool = (name: string, debianPackage: string): Check => {
    const missing = bad('not found', `${APT} ${debianPackage}`);
    return { name, examine: () => examineProgram({ command: name, searchPath, missing }) };
  };
  const agent = (name: string, { variable, source, probe }: KnownAgent): Check => {
    const remedy = `npm install -g ${source}, or set ${variable}.`;
    const program = { command: environment[variable], searchPath, env, remedy, probe };
    return { name, examine: () => examineAgent(program) };
  };
  const gh = {
    command: environment.GH_PATH,
    searchPath,
    missing: doubtful('not found: pull requests are not listed', `${APT} gh, or https://cli.github.com`),
  };
  const find = engineFinder({ host, port, secret });
  const collector = OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? OTEL_EXPORTER_OTLP_ENDPOINT;
  return [
    { name: 'environment', examine: () => finding },
    { name: 'node', examine: () => examineNode() },
    tool('flock', 'util-linux'),
    tool('fallocate', 'util-linux'),
    tool('git', 'git'),
    { name: 'git identity', examine: () => examineGitIdentity({ home, env }) },
    { name: 'gh', examine: () => examineProgram(gh) },
    agent('claude', { variable: 'CLAUDE_PATH', source: '@anthropic-ai/claude-code', probe: CLAUDE_PROBE }),
    agent('codex', { variable: 'CODEX_PATH', source: '@openai/codex', probe: CODEX_PROBE }),
    ...loginChecks(paths, env),
    { name: 'home', examine: () => examineHome(paths) },
    { name: 'disk', examine: () => examineDisk(paths) },
    { name: 'cloud-init', examine: () => examineCloudInit(environment) },
    // An engine that runs already uses the port rightly.
    { name: 'port', examine: () => examinePort({ host, port, find }) },
    { name: 'engine', examine: () => examineEngine({ port, secret, find }) },
    ...(finding.state === 'good'
      ? [{ name: 'control plane', examine: () => examineControlPlane(MONOLITH_URL) }]
      : []),
    ...(REPLICA_LOG_URL ? [{ name: 'shared log', examine: () => examineSharedLog(REPLICA_LOG_URL) }] : []),
    ...(archive ? [{ name: 'archive', examine: () => examineArchive(archive) }] : []),
    ...(OTEL_EXPORTER_OTLP_ENDPOINT && collector
      ? [{ name: 'traces', examine: () => examineCollector(collector) }]
      : []),
  ];
}

function loginChecks(paths: Paths, env: Readonly<Record<string, string>>): Check[] {
  const at = credentialPaths(paths, env);
  const check = (name: string, variables: readonly string[], files: readonly string[]): Check => {
    return { name, examine: () => examineLogin({ env, variables, files }) };
  };
  return [
    check('claude login', CLAUDE_LOGIN_VARIABLES, [at.claudeCredentials, at.bedrockCredentials]),
    check('codex login', CODEX_LOGIN_VARIABLES, [at.codexAuth]),
    check('github login', ['GH_TOKEN'], [at.gitCredentials]),
  ];
}
