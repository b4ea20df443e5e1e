import { userInfo } from 'node:os';
import { z } from 'zod';
import {
  absolutePath,
  acpAgents,
  anyText,
  hostNames,
  isHost,
  isHttpUrl,
  isUrlTemplate,
  milliseconds,
  oneOf,
  wholeNumber,
} from './environment-values.ts';
import { ARCHIVE_VARIABLES, AWS_VARIABLES, archiveTargetOf, withheldKeys } from './archive-variables.ts';
import { INSPECTION_VARIABLES } from './inspection-variables.ts';
import { MIRROR_VARIABLES } from './mirror-variables.ts';
import { TRACING_VARIABLES } from './tracing-variables.ts';
import { EngineError } from '../errors.ts';

/** Environment variables of a process, as Node gives them. */
export type Environment = Record<string, string | undefined>;

/** Values of these are never shown, not even when they are wrong. */
const HIDDEN = new Set([
  'REPLICAS_ENGINE_SECRET',
  'MONOLITH_URL',
  'ACP_AGENTS',
  'REPLICA_LOG_URL',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'ARCHIVE_URL',
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_S3',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_HEADERS',
]);

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

const required = {
  REPLICAS_ENGINE_SECRET: z
    .string('is missing')
    .regex(
      /^[!-~](?:[ -~]*[!-~])?$/,
      'must be printable ASCII without spaces around it, to fit into a header',
    )
    .meta({
      description: 'What callers send as `X-Replicas-Engine-Secret`, and the engine sends to the monolith.',
    }),
  WORKSPACE_ID: z
    .string('is missing')
    .regex(/^[!-~]{1,200}$/, 'must be 1 to 200 printable ASCII characters without spaces')
    .meta({ description: 'The workspace this engine serves. A home with another id is treated as a copy.' }),
  MONOLITH_URL: z
    .string('is missing')
    .refine(isHttpUrl, 'must be an http:// or https:// URL')
    .meta({ description: 'Base URL of the control plane.' }),
};

const optional = {
  WORKSPACE_HOME: absolutePath()
    .default(() => userInfo().homedir)
    .meta({
      description: 'The home of workspace, engine and agents; `~` in this documentation.',
      shown: "the user's home",
    }),
  REPLICAS_REPO_NAME: anyText('The repository that `REPLICAS_DEFAULT_BRANCH` applies to.'),
  REPLICAS_DEFAULT_BRANCH: anyText(
    'The default branch of `REPLICAS_REPO_NAME`, or of each repository that has it.',
  ),
  HOST: z
    .string()
    .refine(isHost, 'must be an IP address or a host name')
    .default('0.0.0.0')
    .meta({ description: 'The address to listen on.' }),
  PORT: wholeNumber({ min: 0, max: 65_535 })
    .default(3737)
    .meta({ description: 'The port to listen on; 0 takes any free one.' }),
  CLOUD_INIT_OUTPUT_LOG: absolutePath()
    .default('/var/log/cloud-init-output.log')
    .meta({ description: 'The file that shows that the machine is set up.' }),
  CLOUD_INIT_TIMEOUT_MS: milliseconds(600_000).meta({
    description: 'How long boot waits for that file before it goes on without it.',
  }),
  CLAUDE_PATH: program('claude', 'Claude Code'),
  CODEX_PATH: program('codex', 'Codex'),
  GH_PATH: program('gh', 'The GitHub CLI'),
  ACP_AGENTS: acpAgents().default({}).meta({
    description: 'More agents, as JSON: `{"<provider>": {"command", "args"?, "title"?}}`.',
  }),
  REQUEST_TIMEOUT_MS: milliseconds(600_000).meta({
    description: 'How long a permission or question of an agent waits for an answer.',
  }),
  AGENT_IDLE_MS: milliseconds(300_000).meta({
    description: 'How long an agent without work keeps its process.',
  }),
  AGENT_SILENT_MS: milliseconds(600_000).meta({
    description: 'How long a working agent may print nothing, with no tool open, before it is interrupted.',
  }),
  AGENT_PROCESSES_MAX: wholeNumber({ min: 1, max: 1000 })
    .default(8)
    .meta({ description: 'How many agent processes may run; the least recently used idle one makes room.' }),
  HEARTBEAT_MS: wholeNumber({ min: 0, max: 2 ** 31 - 1 })
    .default(30_000)
    .meta({
      description: 'How often the control plane is told that the engine lives, in milliseconds; 0: never.',
    }),
  BODY_MAX_BYTES: wholeNumber({ min: KIB, max: 256 * MIB })
    .default(32 * MIB)
    .meta({ description: 'The largest request body.' }),
  EVENT_LOG_BYTES: wholeNumber({ min: MIB, max: 1024 * GIB })
    .default(GIB)
    .meta({
      description:
        'How much of the event log is kept, in all its segments; up to twice that while the monolith is still to be told of events in it.',
    }),
  DIFF_MAX_BYTES: wholeNumber({ min: KIB, max: GIB })
    .default(10 * MIB)
    .meta({ description: 'The largest diff of one repository; more is cut and marked `truncated`.' }),
  IMAGE_HOSTS: hostNames().default(new Set()).meta({
    description: 'Hosts with private addresses from which images may be fetched, separated by commas.',
    shown: '',
  }),
  PREVIEW_URL_TEMPLATE: z
    .string()
    .refine(isUrlTemplate, 'must be an http:// or https:// URL with {port} in it')
    .default('http://localhost:{port}')
    .meta({
      description: 'Where people reach a port of the workspace; `{port}` and `{workspaceId}` are filled in.',
    }),
  MALLOC_ARENA_MAX: anyText(
    'Read by the C library before the engine begins: with `2` the engine takes some 15 MiB less after a long day. Agents and hooks do not get it.',
  ),
  ...MIRROR_VARIABLES,
  ...ARCHIVE_VARIABLES,
  ...AWS_VARIABLES,
  ...TRACING_VARIABLES,
  ...INSPECTION_VARIABLES,
  LOG_LEVEL: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent')
    .default('info')
    .meta({ description: 'The least severe lines that are logged.' }),
};

/** Everything the engine reads from its environment. */
export const EnvironmentSchema = z
  .object({ ...required, ...optional })
  .refine(
    ({ REPLICA_ACCEPT, REPLICA_LOG_URL }) => REPLICA_ACCEPT === 'local' || REPLICA_LOG_URL !== undefined,
    {
      path: ['REPLICA_ACCEPT'],
      error: 'can only be mirrored where REPLICA_LOG_URL is set',
    },
  )
  .refine((settings) => archiveTargetOf(settings) !== undefined, {
    path: ['ARCHIVE_URL'],
    error:
      'needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or both of ARCHIVE_ACCESS_KEY_ID and ARCHIVE_SECRET_ACCESS_KEY',
  });

/** Of the engine's own variables, those that agents and hooks get too. */
export const PASSED_ON: ReadonlySet<string> = new Set([
  ...Object.keys(required),
  'WORKSPACE_HOME',
  'REPLICAS_REPO_NAME',
  'REPLICAS_DEFAULT_BRANCH',
  ...Object.keys(AWS_VARIABLES),
]);

/** Variables the engine does not read for itself: agents, hooks and their tools do. */
export const AMBIENT_VARIABLES: Record<string, string> = {
  'ANTHROPIC_*, CLAUDE_*': 'Claude Code: account, model, endpoints, settings',
  'CLAUDE_CODE_USE_BEDROCK, AWS_*': 'Claude Code on Amazon Bedrock',
  'OPENAI_*, CODEX_*': 'Codex: account, model, endpoints, settings',
  GH_TOKEN: 'the GitHub CLI',
  'SLACK_BOT_TOKEN, LINEAR_ACCESS_TOKEN': 'tools that agents use',
  'PATH, LANG, TZ': 'everything',
};

/** The parsed environment. `ambient` is what is not the engine's own. */
export type EngineEnvironment = z.output<typeof EnvironmentSchema> & { ambient: Record<string, string> };

/**
 * Reads the environment the engine is started with; an empty variable counts as missing.
 * @throws {EngineError} `ENVIRONMENT_INVALID`, naming all problems at once.
 */
export function parseEnvironment(environment: Environment): EngineEnvironment {
  const present = Object.entries(environment).flatMap(([name, value]) =>
    value ? [[name, value] as const] : [],
  );
  const result = EnvironmentSchema.safeParse(withHome(Object.fromEntries(present)));
  if (!result.success) {
    const problems = result.error.issues.map((issue) => toProblem(issue, environment));
    throw new EngineError('ENVIRONMENT_INVALID', { problems });
  }
  const ambient = present.filter(([name]) => !(name in EnvironmentSchema.shape));
  return { ...result.data, ambient: Object.fromEntries(ambient) };
}

/** What agents and hooks run with: the ambient environment, with `~` where the workspace is. */
export function agentEnvironment({ ambient, ...settings }: EngineEnvironment): Record<string, string> {
  const withheld = withheldKeys(settings);
  const passedOn = Object.entries(settings).flatMap(([name, value]) =>
    PASSED_ON.has(name) && !withheld.includes(name) && typeof value === 'string'
      ? [[name, value] as const]
      : [],
  );
  return { ...ambient, ...Object.fromEntries(passedOn), HOME: settings.WORKSPACE_HOME };
}

function program(name: string, title: string) {
  return z
    .string()
    .default(name)
    .meta({ description: `${title}: a path, or a name to find on \`PATH\`.` });
}

function withHome(environment: Environment): Environment {
  const home = environment['WORKSPACE_HOME'] ?? environment['HOME'];
  return home === undefined ? environment : { ...environment, WORKSPACE_HOME: home };
}

function toProblem(
  { path, message }: { path: PropertyKey[]; message: string },
  environment: Environment,
): string {
  const name = String(path[0]);
  const value = environment[name];
  return value && !HIDDEN.has(name)
    ? `${name} ${message}, not ${JSON.stringify(value.slice(0, 100))}`
    : `${name} ${message}`;
}
