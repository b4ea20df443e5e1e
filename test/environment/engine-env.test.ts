import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { tracingSecretsOf } from '../../src/environment/tracing-variables.ts';
import { describe, expect, it } from 'vitest';
import { agentEnvironment, parseEnvironment } from '../../src/environment/engine-env.ts';
import { findExecutable } from '../../src/environment/find-executable.ts';
import type { Environment } from '../../src/environment/engine-env.ts';
import { EngineError } from '../../src/errors.ts';

const REQUIRED = {
  REPLICAS_ENGINE_SECRET: 's3cret',
  WORKSPACE_ID: 'w1',
  MONOLITH_URL: 'https://monolith.test',
};

describe('parseEnvironment', () => {
  it('fills in every default when only the required variables are set', () => {
    expect(parseEnvironment(REQUIRED)).toEqual({
      ...REQUIRED,
      WORKSPACE_HOME: userInfo().homedir,
      HOST: '0.0.0.0',
      PORT: 3737,
      PREVIEW_URL_TEMPLATE: 'http://localhost:{port}',
      CLOUD_INIT_OUTPUT_LOG: '/var/log/cloud-init-output.log',
      CLOUD_INIT_TIMEOUT_MS: 600_000,
      CLAUDE_PATH: 'claude',
      CODEX_PATH: 'codex',
      GH_PATH: 'gh',
      HEARTBEAT_MS: 30_000,
      ACP_AGENTS: {},
      REQUEST_TIMEOUT_MS: 600_000,
      AGENT_IDLE_MS: 300_000,
      AGENT_SILENT_MS: 600_000,
      AGENT_PROCESSES_MAX: 8,
      BODY_MAX_BYTES: 33_554_432,
      EVENT_LOG_BYTES: 1_073_741_824,
      DIFF_MAX_BYTES: 10_485_760,
      IMAGE_HOSTS: new Set(),
      ARCHIVE_FILE_BYTES: 268_435_456,
      ARCHIVE_REPOSITORY_BYTES: 1_073_741_824,
      REPLICA_ACCEPT: 'local',
      REPLICA_FEED_EVENTS: 100_000,
      OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'false',
      LOG_LEVEL: 'info',
      ACTOR_EVENTS: 'refused',
      ambient: {},
    });
  });

  it('names all problems at once, and shows no value that may be secret', () => {
    const environment = {
      REPLICAS_ENGINE_SECRET: 'trailing newline\n',
      MONOLITH_URL: 'ftp://user:pass@monolith.test',
      WORKSPACE_HOME: 'relative',
      HOST: 'a host',
      PORT: '65536',
      AGENT_IDLE_MS: '1e3',
      LOG_LEVEL: 'loud',
      ACP_AGENTS: '{"gemini":{}}',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://user:pass@collector.test',
      OTEL_EXPORTER_OTLP_HEADERS: 'Bearer hidden',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://user:pass@traces.test',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'Bearer hidden too',
    };

    expect(problemsOf(environment)).toEqual([
      'REPLICAS_ENGINE_SECRET must be printable ASCII without spaces around it, to fit into a header',
      'WORKSPACE_ID is missing',
      'MONOLITH_URL must be an http:// or https:// URL',
      'WORKSPACE_HOME must be an absolute path, not "relative"',
      'HOST must be an IP address or a host name, not "a host"',
      'PORT must be a whole number from 0 to 65535, not "65536"',
      'ACP_AGENTS must be JSON like {"gemini": {"command": "gemini", "args": ["--acp"], "title": "Gemini"}}',
      'AGENT_IDLE_MS must be a whole number from 1 to 2147483647, not "1e3"',
      'OTEL_EXPORTER_OTLP_ENDPOINT must be an http:// or https:// URL without a login in it',
      'OTEL_EXPORTER_OTLP_HEADERS must be headers like name=value, separated by commas',
      'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT must be an http:// or https:// URL without a login in it',
      'OTEL_EXPORTER_OTLP_TRACES_HEADERS must be headers like name=value, separated by commas',
      'LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent, not "loud"',
    ]);
  });

  it('exits 78 when the environment is wrong', () => {
    expect(errorOf({})).toMatchObject({ code: 'ENVIRONMENT_INVALID', exitCode: 78 });
  });

  it.each(['https://example.com', 'ftp://{port}.example.com', '{port}', 'https://{port}.{host}.example.com'])(
    'refuses %s as the address of a port',
    (template) => {
      expect(() => parseEnvironment({ ...REQUIRED, PREVIEW_URL_TEMPLATE: template })).toThrow(
        'PREVIEW_URL_TEMPLATE must be an http:// or https:// URL with {port} in it',
      );
    },
  );

  it('takes an empty variable for a missing one', () => {
    expect(problemsOf({ ...REQUIRED, WORKSPACE_ID: '' })).toEqual(['WORKSPACE_ID is missing']);
    expect(parseEnvironment({ ...REQUIRED, PORT: '' }).PORT).toBe(3737);
  });

  it('lives in HOME unless WORKSPACE_HOME says otherwise', () => {
    expect(parseEnvironment({ ...REQUIRED, HOME: '/home/a' }).WORKSPACE_HOME).toBe('/home/a');
    expect(parseEnvironment({ ...REQUIRED, HOME: '/home/a', WORKSPACE_HOME: '/w' }).WORKSPACE_HOME).toBe(
      '/w',
    );
  });

  it('reads other agents from JSON', () => {
    const { ACP_AGENTS } = parseEnvironment({
      ...REQUIRED,
      ACP_AGENTS: '{"gemini":{"command":"gemini","x":1}}',
    });

    expect(ACP_AGENTS).toEqual({ gemini: { command: 'gemini', args: [] } });
  });

  it.each(['::1', '127.0.0.1', 'localhost', 'my-host.internal'])('listens on %s', (host) => {
    expect(parseEnvironment({ ...REQUIRED, HOST: host }).HOST).toBe(host);
  });

  it.each(['http://x', '-a', 'a:b', 'fe80::1%eth0', 'a'.repeat(64)])('does not listen on %s', (host) => {
    expect(problemsOf({ ...REQUIRED, HOST: host })).toHaveLength(1);
  });
});

describe('agentEnvironment', () => {
  it('passes on what is not the engine’s own, its identity, and the home of the workspace', () => {
    const environment = parseEnvironment({
      ...REQUIRED,
      HOME: '/root',
      WORKSPACE_HOME: '/home/w',
      REPLICAS_REPO_NAME: 'app',
      PORT: '4000',
      HOST: '127.0.0.1',
      LOG_LEVEL: 'debug',
      CLAUDE_PATH: '/opt/claude',
      ANTHROPIC_MODEL: 'm',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.test',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20hidden',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.test',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'authorization=Bearer%20hidden',
      OTEL_SERVICE_NAME: 'engine',
      MALLOC_ARENA_MAX: '2',
      PATH: '/bin',
    });

    expect(agentEnvironment(environment)).toEqual({
      ...REQUIRED,
      HOME: '/home/w',
      WORKSPACE_HOME: '/home/w',
      REPLICAS_REPO_NAME: 'app',
      ANTHROPIC_MODEL: 'm',
      PATH: '/bin',
    });
  });
});

describe('findExecutable', () => {
  it('finds the first executable file of that name and skips what cannot be run', () => {
    const root = mkdtempSync(join(tmpdir(), 'executables-'));
    for (const name of ['a', 'b', 'c']) mkdirSync(join(root, name));
    mkdirSync(join(root, 'a', 'tool'));
    for (const [name, mode] of [
      ['b', 0o644],
      ['c', 0o755],
    ] as const) {
      writeFileSync(join(root, name, 'tool'), '');
      chmodSync(join(root, name, 'tool'), mode);
    }
    const searchPath = [
      'relative',
      '',
      join(root, 'a'),
      join(root, 'missing'),
      join(root, 'b'),
      join(root, 'c'),
    ].join(':');

    expect(findExecutable('tool', searchPath)).toBe(join(root, 'c', 'tool'));
    expect(findExecutable('other', searchPath)).toBeUndefined();
    expect(findExecutable(join(root, 'c', 'tool'))).toBe(join(root, 'c', 'tool'));
    expect(findExecutable(join(root, 'b', 'tool'))).toBeUndefined();
  });
});

function problemsOf(environment: Environment): unknown {
  return errorOf(environment)?.context['problems'];
}

function errorOf(environment: Environment): EngineError | undefined {
  try {
    parseEnvironment(environment);
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  return undefined;
}

describe('tracingSecretsOf', () => {
  it('names what may be a login, as it stands there and as it is sent', () => {
    expect(
      tracingSecretsOf({
        OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20hidden, x-tenant=1',
        OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-key=of-the-traces',
      }),
    ).toEqual(['Bearer%20hidden', 'Bearer hidden', 'of-the-traces', 'of-the-traces']);
    expect(tracingSecretsOf({})).toEqual([]);
  });
});
