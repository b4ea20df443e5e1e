import type { Environment } from '../environment/engine-env.ts';

/** Ambient settings that would lead agents out of the dev home, to the user's own configuration. */
const LEADS_OUT = [
  'CLAUDE_CONFIG_DIR',
  'CODEX_HOME',
  'GH_CONFIG_DIR',
  'GIT_CONFIG_GLOBAL',
  'XDG_CONFIG_HOME',
];

/** Settings by which Claude Code would pass its scripted model by. */
const LEADS_TO_ANOTHER_MODEL = [
  'ANTHROPIC_AUTH_TOKEN',
  'ANTHROPIC_MODEL',
  'CLAUDE_CODE_OAUTH_TOKEN',
  'CLAUDE_CODE_USE_BEDROCK',
  'CLAUDE_CODE_USE_VERTEX',
];

/** The to-do list that the scripted model writes. */
const CLAUDE_KEEPS_LISTS = { CLAUDE_CODE_ENABLE_TODO_TOOLS: '1', CLAUDE_CODE_ENABLE_TASKS: '0' };

const CLAUDE_IS_QUIET = { CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', DISABLE_AUTOUPDATER: '1' };

export interface ScriptedModels {
  /** Base URL of the Messages API. */
  claude: string | null;
  /** The folder that Codex is configured in. */
  codex: string | null;
}

export interface DevEnvironmentOptions {
  home: string;
  secret: string;
  port: number;
  workspaceId: string;
  monolithUrl: string;
  cloudInitLog: string;
  agents: { claude: string | null; codex: string | null };
  /** How each agent gets to its scripted model; null where it talks to the real one. */
  scripted: ScriptedModels;
}

/** The environment of a dev engine: the ambient one, confined to the dev home. */
export function devEnvironment(ambient: Environment, options: DevEnvironmentOptions): Environment {
  const { agents, scripted } = options;
  return {
    ...without(ambient, LEADS_OUT),
    ...(scripted.claude === null ? {} : claudeSettings(scripted.claude)),
    ...(scripted.codex === null ? {} : { CODEX_HOME: scripted.codex }),
    HOME: options.home,
    WORKSPACE_HOME: options.home,
    WORKSPACE_ID: options.workspaceId,
    REPLICAS_ENGINE_SECRET: options.secret,
    MONOLITH_URL: options.monolithUrl,
    ACTOR_EVENTS: 'accepted',
    HOST: '127.0.0.1',
    PORT: String(options.port),
    CLOUD_INIT_OUTPUT_LOG: options.cloudInitLog,
    CLAUDE_PATH: ambient['CLAUDE_PATH'] ?? agents.claude ?? undefined,
    CODEX_PATH: ambient['CODEX_PATH'] ?? agents.codex ?? undefined,
  };
}

function claudeSettings(url: string): Environment {
  const removed = Object.fromEntries(LEADS_TO_ANOTHER_MODEL.map((name) => [name, undefined]));
  return {
    ...removed,
    ...CLAUDE_IS_QUIET,
    ...CLAUDE_KEEPS_LISTS,
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: 'sk-ant-scripted',
  };
}

function without(environment: Environment, names: readonly string[]): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !names.includes(name)));
}
