import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { z } from 'zod';
import { parseJson } from '../../contract/parse-json.ts';
import { findExecutable } from '../../environment/engine-env.ts';
import { bad, doubtful, good, type Check, type Finding } from './check.ts';
import { readVersion } from './programs.ts';

export interface AgentProgram {
  name: string;
  command: string;
  searchPath: string | undefined;
  env: Readonly<Record<string, string>>;
  /** How to install it. */
  remedy: string;
  /** How to talk with it as the engine does. */
  probe: Probe;
}

export interface Probe {
  parameters: string[];
  /** Asks for nothing but an answer. */
  greeting: object;
  /** The variable that names the folder for its settings: a probe leaves nothing in the user's. */
  settingsVariable: string;
  isAnswer: (line: unknown) => boolean;
}

const PROBE_ID = 'doctor';
const PROBE_LIMIT_MS = 30_000;

const ControlResponseSchema = z.looseObject({
  type: z.literal('control_response'),
  response: z.looseObject({ request_id: z.literal(PROBE_ID), subtype: z.literal('success') }),
});

export const CLAUDE_PROBE: Probe = {
  parameters: ['-p', '--input-format=stream-json', '--output-format=stream-json', '--verbose'],
  greeting: { type: 'control_request', request_id: PROBE_ID, request: { subtype: 'initialize' } },
  settingsVariable: 'CLAUDE_CONFIG_DIR',
  isAnswer: (line) => ControlResponseSchema.safeParse(line).success,
};

const ServerAnswerSchema = z.looseObject({ id: z.literal(PROBE_ID), result: z.looseObject({}) });

export const CODEX_PROBE: Probe = {
  parameters: ['app-server'],
  greeting: {
    jsonrpc: '2.0',
    id: PROBE_ID,
    method: 'initialize',
    params: { clientInfo: { name: 'replicas-engine', title: 'Replicas engine', version: '1' } },
  },
  settingsVariable: 'CODEX_HOME',
  isAnswer: (line) => ServerAnswerSchema.safeParse(line).success,
};

/** Whether an agent is installed and speaks the protocol that the engine speaks. */
export function agentCheck(agent: AgentProgram): Check {
  return { name: agent.name, examine: () => examineAgent(agent) };
}

async function examineAgent(agent: AgentProgram): Promise<Finding> {
  const { command, searchPath, remedy, env } = agent;
  const file = findExecutable(command, searchPath);
  if (file === undefined) return doubtful(`${command} is not installed: its chats cannot run`, remedy);
  const version = await readVersion(file, env);
  if (version === null) return bad(`${file} does not run`, `Run \`${file} --version\` to see why.`);
  return (await answers(file, agent))
    ? good(`${version}, speaks the engine's protocol (${file})`)
    : bad(`${version} does not answer as the engine expects (${file})`, remedy);
}

async function answers(file: string, { probe, env }: AgentProgram): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'doctor-'));
  const { parameters, greeting, settingsVariable, isAnswer } = probe;
  const child = execa(file, parameters, {
    cwd: folder,
    env: { ...env, [settingsVariable]: folder },
    extendEnv: false,
    reject: false,
    timeout: PROBE_LIMIT_MS,
    forceKillAfterDelay: 2_000,
    buffer: false,
  });
  try {
    child.stdin.write(`${JSON.stringify(greeting)}\n`);
    for await (const line of createInterface({ input: child.stdout })) {
      if (isAnswer(parseJson(line))) return true;
    }
    return false;
  } finally {
    child.kill();
    await child;
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
