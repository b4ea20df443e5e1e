/** How a process of Claude Code is started, and what is known of it then. */
import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Policy } from '../../contract/chats.ts';
import { createRun, filesOf } from '../../processes/run.ts';
import type { KnownSession, Launch, Launching } from '../codec.ts';
import { allIsLost } from '../context-loss.ts';
import { requestLine } from './lines.ts';
import { modeOf, settingsOf, type Settings } from './prepare.ts';
import { FLAGS } from './requirements.ts';
import { freshState, type ClaudeState } from './state.ts';

/** Claude Code gives it to hooks, and not to tools. */
const HOOK_VARIABLE = 'CLAUDE_PROJECT_DIR';

/** Linux starts no program with an argument of 128 KiB. */
const ARGUMENT_BYTES = 64 * 1024;

/** `agents`: where the folders of runs are. */
export function launch(given: Launching<ClaudeState>, { agents }: { agents: string }): Launch<ClaudeState> {
  const { runId, chatId, policy, message, environment, home, systemPrompt = '' } = given;
  const temporaryFolder = temporaryFolderOf(home, chatId);
  const opening = openingOf(given);
  const { sessionId, carriesOn } = opening;
  const settings = settingsOf(message);
  const mode = modeOf(policy, carriesOn && message.planMode);
  const hello = `${runId}-hello`;
  const isLong = Buffer.byteLength(systemPrompt) > ARGUMENT_BYTES;
  const prompt = isLong
    ? `--append-system-prompt-file=${filesOf(createRun(agents, runId)).prompt}`
    : `--append-system-prompt=${systemPrompt}`;
  return {
    args: [
      ...argumentsFor(opening, mode === 'plan' ? mode : policy, settings),
      ...(systemPrompt === '' ? [] : [prompt]),
    ],
    env: environmentFor(environment, {
      HOME: home,
      TMPDIR: temporaryFolder,
      isRoot: process.getuid?.() === 0,
      carriesOn,
    }),
    stdin: requestLine(hello, { subtype: 'initialize' }),
    state: {
      ...freshState(sessionId, mode),
      settings,
      opening,
      // One that carries a turn on does so at once, before it answers.
      greeting: carriesOn ? null : hello,
      echoed: given.before?.echoed ?? [],
    },
    strays: { with: [HOOK_VARIABLE] },
    prompt: isLong ? systemPrompt : undefined,
    folders: [temporaryFolder],
    isHeld: carriesOn,
  };
}

/** Resumes what is there, or begins anew under an id that nobody used. */
function openingOf({ runId, session, before }: Launching<ClaudeState>) {
  const carriesOn = before?.carriesOn === true;
  if (session === null) return { sessionId: runId, isNew: true, notice: null, carriesOn: false };
  if (session.file !== 'there') return anew(runId, session, session.reason);
  if (before?.isConversationMissing === true) return anew(runId, session, 'the agent does not find it');
  return { sessionId: session.id, isNew: false, notice: session.notice, carriesOn };
}

function anew(runId: string, { wasUsed }: KnownSession, reason: string) {
  return { sessionId: runId, isNew: true, notice: wasUsed ? allIsLost(reason) : null, carriesOn: false };
}

/** Values stand behind `=`, so that none can pass for a flag. */
function argumentsFor(
  { sessionId, isNew }: { sessionId: string; isNew: boolean },
  permissions: Policy | 'plan',
  { model, effort, fast }: Settings,
): string[] {
  return [
    ...FLAGS,
    `--settings=${JSON.stringify({ useAutoModeDuringPlan: false, ...(fast && { fastMode: true }) })}`,
    ...PERMISSIONS[permissions],
    isNew ? `--session-id=${sessionId}` : `--resume=${sessionId}`,
    `--effort=${effort}`,
    ...(model === null ? [] : [`--model=${model}`]),
  ];
}

const PERMISSIONS: Record<Policy | 'plan', string[]> = {
  bypass: ['--dangerously-skip-permissions'],
  ask: ['--permission-mode=default', '--allow-dangerously-skip-permissions'],
  plan: ['--permission-mode=plan', '--allow-dangerously-skip-permissions'],
};

/** `carriesOn`: goes on by itself with the turn in its session that was not ended. */
export function environmentFor(
  environment: Readonly<Record<string, string>>,
  { carriesOn, isRoot, ...folders }: { HOME: string; TMPDIR: string; isRoot: boolean; carriesOn: boolean },
): Record<string, string> {
  const { CLAUDECODE: _, [HOOK_VARIABLE]: __, ...rest } = environment;
  return {
    ...rest,
    CLAUDE_CODE_EMIT_SESSION_STATE_EVENTS: '1',
    CLAUDE_CODE_STARTUP_FAILURE_RESULTS: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_ERROR_REPORTING: '1',
    // Without it Claude Code refuses to bypass permissions as root.
    ...(isRoot ? { IS_SANDBOX: '1' } : {}),
    ...(carriesOn ? { CLAUDE_CODE_RESUME_INTERRUPTED_TURN: '1' } : {}),
    ...folders,
  };
}

/** Where the processes of a chat put temporary files: a short name, because they make sockets there. */
export function temporaryFolderOf(home: string, chatId: string): string {
  const name = createHash('sha256').update(`${home}\0${chatId}`).digest('hex').slice(0, 12);
  return join(tmpdir(), `replicas-${name}`);
}

/** What Claude Code calls a folder that it works in. */
export function projectOf(folder: string): string {
  return realPathOf(folder).replaceAll(/[^A-Za-z0-9]/g, '-');
}

function realPathOf(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

/** What commands in the background printed: the agent was told the names of these files. */
const TASK_OUTPUT = '.output';

/** Removes what a process that is gone left there, unless the conversation may come back to it. */
export async function tidy({ home, chatId }: { home: string; chatId: string }): Promise<void> {
  const folder = temporaryFolderOf(home, chatId);
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  if (!names.some((name) => name.endsWith(TASK_OUTPUT))) await rm(folder, { recursive: true, force: true });
}
