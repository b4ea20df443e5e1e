import type { Policy } from '../../contract/chats.ts';
import type { Effort } from './effort.ts';

export interface CommandOptions {
  sessionId: string;
  start: 'new' | 'resume';
  policy: Policy;
  effort: Effort;
  /** The turn that goes on plans: it cannot be told so before it does. */
  planMode?: boolean;
  /** Null for the agent's default. */
  model: string | null;
  /** Added to the agent's own instructions; frozen with the first message of a session. */
  systemPrompt?: string | undefined;
  /** Holds the instructions instead. */
  systemPromptFile?: string | undefined;
}

/** Values stand behind `=`, so that none can pass for a flag. */
export function argumentsFor({
  sessionId,
  start,
  policy,
  effort,
  planMode = false,
  model,
  systemPrompt,
  systemPromptFile,
}: CommandOptions): string[] {
  return [
    '-p',
    '--input-format=stream-json',
    '--output-format=stream-json',
    '--verbose',
    '--include-partial-messages',
    '--replay-user-messages',
    '--permission-prompt-tool=stdio',
    `--settings=${JSON.stringify({ useAutoModeDuringPlan: false })}`,
    ...PERMISSIONS[planMode ? 'plan' : policy],
    start === 'new' ? `--session-id=${sessionId}` : `--resume=${sessionId}`,
    `--effort=${effort}`,
    ...(model === null ? [] : [`--model=${model}`]),
    ...(systemPrompt === undefined ? [] : [`--append-system-prompt=${systemPrompt}`]),
    ...(systemPromptFile === undefined ? [] : [`--append-system-prompt-file=${systemPromptFile}`]),
  ];
}

const PERMISSIONS: Record<Policy | 'plan', string[]> = {
  bypass: ['--dangerously-skip-permissions'],
  ask: ['--permission-mode=default', '--allow-dangerously-skip-permissions'],
  plan: ['--permission-mode=plan', '--allow-dangerously-skip-permissions'],
};

/** The mode in which a process starts and to which it returns after planning. */
export function modeOf(policy: Policy, planMode: boolean): string {
  if (planMode) return 'plan';
  return policy === 'bypass' ? 'bypassPermissions' : 'default';
}

/** Claude Code gives it to hooks, and not to tools. */
export const HOOK_VARIABLE = 'CLAUDE_PROJECT_DIR';

export interface EnvironmentOptions {
  env: Readonly<Record<string, string>>;
  home: string;
  /** Short, because sockets are made in it. */
  temporaryFolder: string;
  isRoot: boolean;
  /** Goes on by itself with the turn in its session that was not ended. */
  carriesOn?: boolean;
}

export function environmentFor({
  env,
  home,
  temporaryFolder,
  isRoot,
  carriesOn = false,
}: EnvironmentOptions): Record<string, string> {
  const { CLAUDECODE: _, [HOOK_VARIABLE]: __, ...rest } = env;
  return {
    ...rest,
    ...SWITCHES,
    // Without it Claude Code refuses to bypass permissions as root.
    ...(isRoot ? { IS_SANDBOX: '1' } : {}),
    ...(carriesOn ? { CLAUDE_CODE_RESUME_INTERRUPTED_TURN: '1' } : {}),
    HOME: home,
    TMPDIR: temporaryFolder,
  };
}

const SWITCHES = {
  CLAUDE_CODE_EMIT_SESSION_STATE_EVENTS: '1',
  CLAUDE_CODE_STARTUP_FAILURE_RESULTS: '1',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_AUTOUPDATER: '1',
  DISABLE_TELEMETRY: '1',
  DISABLE_ERROR_REPORTING: '1',
};
