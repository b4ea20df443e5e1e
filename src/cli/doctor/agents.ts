import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { z } from 'zod';
import { parseJson } from '../../contract/parse-json.ts';
import { CONTROL_REQUESTS, FLAGS, OLDEST_CLAUDE } from '../../agents/claude/requirements.ts';
import { METHODS, OLDEST_CODEX, SETTINGS } from '../../agents/codex/requirements.ts';
import { isOlder } from '../../agents/program-version.ts';
import { findExecutable } from '../../environment/find-executable.ts';
import { bad, doubtful, good, type Finding } from './check.ts';
import { readVersion } from './programs.ts';

export interface AgentProgram {
  command: string;
  searchPath: string | undefined;
  env: Readonly<Record<string, string>>;
  /** How to install it. */
  remedy: string;
  probe: Probe;
}

export interface Probe {
  /** An older program is not started. */
  oldest: string;
  parameters: readonly string[];
  /** Asks for nothing but answers: what the engine relies on. Once the last is answered, the probe is over. */
  requests: readonly object[];
  /** The variable that names the folder for its settings: a probe leaves nothing in the user's. */
  settingsVariable: string;
  read: (line: unknown) => { isAnswer?: boolean; isLast?: boolean; lacks?: readonly string[] };
}

const PROBE_LIMIT_MS = 30_000;

const ControlResponseSchema = z.looseObject({
  type: z.literal('control_response'),
  response: z.looseObject({
    request_id: z.string(),
    subtype: z.string(),
    error_code: z.string().optional().catch(undefined),
  }),
});

export const CLAUDE_PROBE: Probe = {
  oldest: OLDEST_CLAUDE,
  parameters: FLAGS,
  requests: CONTROL_REQUESTS.map((request) => ({
    type: 'control_request',
    request_id: request.subtype,
    request,
  })),
  settingsVariable: 'CLAUDE_CONFIG_DIR',
  read(line) {
    const { data } = ControlResponseSchema.safeParse(line);
    if (data === undefined) return {};
    const { request_id: id, subtype, error_code: code } = data.response;
    return {
      isAnswer: id === 'initialize' && subtype === 'success',
      isLast: id === CONTROL_REQUESTS.at(-1)?.subtype,
      lacks: code === 'unsupported_request' ? [`the control request ${id}`] : [],
    };
  },
};

const ServerLineSchema = z.looseObject({
  id: z.string().optional(),
  result: z.unknown().optional(),
  error: z.looseObject({ message: z.string() }).optional(),
  method: z.string().optional(),
  params: z
    .looseObject({ summary: z.string().catch('') })
    .optional()
    .catch(undefined),
});

export const CODEX_PROBE: Probe = {
  oldest: OLDEST_CODEX,
  parameters: ['app-server', ...SETTINGS.flatMap((setting) => ['-c', setting])],
  requests: [
    {
      id: 'initialize',
      method: 'initialize',
      params: {
        clientInfo: { name: 'replicas-engine', title: 'Replicas engine', version: '1' },
        capabilities: { experimentalApi: true, requestAttestation: false },
      },
    },
    { method: 'initialized' },
    // Parameters of a wrong type: what is known is refused for them, and does nothing.
    ...METHODS.map((method) => ({ id: method, method, params: 0 })),
  ],
  settingsVariable: 'CODEX_HOME',
  read(line) {
    const { data } = ServerLineSchema.safeParse(line);
    if (data === undefined) return {};
    const { id = '', result, error, method, params } = data;
    const ignored = method === 'configWarning' ? (params?.summary ?? '') : '';
    return {
      isAnswer: id === 'initialize' && result !== undefined,
      isLast: id === METHODS.at(-1),
      lacks: [
        ...(error?.message.includes('unknown variant') === true ? [`the method ${id}`] : []),
        ...[...ignored.matchAll(/session-flags: `([^`]+)` is ignored/g)].map(
          ([, name]) => `the setting ${name}`,
        ),
      ],
    };
  },
};

/** Whether an agent is installed and speaks the protocol that the engine speaks. */
export async function examineAgent(agent: AgentProgram): Promise<Finding> {
  const { command, searchPath, remedy, env, probe } = agent;
  const file = findExecutable(command, searchPath);
  if (file === undefined) return doubtful(`${command} is not installed: its chats cannot run`, remedy);
  const version = await readVersion(file, env);
  if (version === null) return bad(`${file} does not run`, `Run \`${file} --version\` to see why.`);
  if (isOlder(version, probe.oldest))
    return bad(`${version} is too old: the engine needs ${probe.oldest} or newer (${file})`, remedy);
  const { isAnswered, lacks } = await talk(file, agent);
  if (!isAnswered) return bad(`${version} does not answer as the engine expects (${file})`, remedy);
  return lacks.length === 0
    ? good(`${version}, speaks the engine's protocol (${file})`)
    : doubtful(`${version} does not know what the engine relies on: ${lacks.join(', ')} (${file})`, remedy);
}

async function talk(file: string, { probe, env }: AgentProgram) {
  const folder = await mkdtemp(join(tmpdir(), 'doctor-'));
  const { parameters, requests, settingsVariable, read } = probe;
  const child = execa(file, parameters, {
    cwd: folder,
    env: { ...env, [settingsVariable]: folder },
    extendEnv: false,
    reject: false,
    timeout: PROBE_LIMIT_MS,
    forceKillAfterDelay: 2_000,
    buffer: false,
  });
  let isAnswered = false;
  const lacks: string[] = [];
  try {
    for (const request of requests) child.stdin.write(`${JSON.stringify(request)}\n`);
    for await (const line of createInterface({ input: child.stdout })) {
      const said = read(parseJson(line));
      isAnswered ||= said.isAnswer === true;
      lacks.push(...(said.lacks ?? []));
      if (said.isLast === true) break;
    }
    return { isAnswered, lacks };
  } finally {
    child.kill();
    await child;
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
