/** Codex as a codec: one `codex app-server` per chat. */
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../../contract/parse-json.ts';
import type { Paths } from '../../environment/paths.ts';
import { RUN_MARKER } from '../../processes/run.ts';
import type { AgentCodec, Found, Launch, Launching, NativePrompt } from '../codec.ts';
import { allIsLost } from '../context-loss.ts';
import { answeredBy, steerIdOf } from '../json-rpc.ts';
import { planPath } from '../plan-path.ts';
import { conclude, decide } from './decide.ts';
import { DEFAULT_EFFORT, greeting } from './frames.ts';
import { inquiry } from './inquiry.ts';
import { given, lines } from './lines.ts';
import { handedOver } from './login.ts';
import { prepare } from './prepare.ts';
import { OLDEST_CODEX, SETTINGS } from './requirements.ts';
import { roundBegunBy } from './rounds.ts';
import { freshState, type CodexState } from './state.ts';
import { childrenIn, tailsOf, taskOutput } from './tasks.ts';
import { translate } from './translate.ts';

export function createCodexCodec(paths: Pick<Paths, 'workspaces' | 'plans'>): AgentCodec<CodexState> {
  const { workspaces: folder } = paths;
  return {
    provider: 'codex',
    title: 'Codex',
    defaultThinkingLevel: DEFAULT_EFFORT,
    canSteer: true,
    modes: ['goal', 'fast'],
    launch: (launching) => launch(launching, folder),
    configuration: ({ login }) => [login === null ? 'own' : 'handed'],
    translate,
    found: (found) => foundState(found, folder),
    conclude,
    decide: (state, circumstances) => decide(state, circumstances, (file) => planPath(paths, file)),
    prepare,
    lines,
    // The first line of a round answers what the round before left open.
    answeredBy: (line) => roundBegunBy(line) ?? answeredBy(line),
    session: { promptIn, isShared: false },
    isOpened: ({ opening }) => opening.step === 'open',
    remedy: 'install it (npm install -g @openai/codex) or set CODEX_PATH to its program',
    oldestVersion: OLDEST_CODEX,
    awaits: ({ opening: { step } }) => AWAITED[step] ?? 'the opening of its thread',
    inquiry,
    inquirySources: ({ home }) => [
      ...['skills', 'config.toml'].map((name) => join(home, '.codex', name)),
      join(home, '.agents'),
      ...['.codex', '.agents'].map((name) => join(folder, name)),
    ],
    taskOutput,
  };
}

const AWAITED: Partial<Record<string, string>> = { initialize: 'the greeting', open: 'a ping' };

/** A login that is handed over stays in memory, and the server has no other. */
const KEEPS_NO_LOGIN = 'cli_auth_credentials_store="ephemeral"';

/** Environment variable of what tools run: what else the server starts has to end with it. */
const CHAT_MARKER = 'REPLICAS_CHAT';

function launch(launching: Launching<CodexState>, folder: string): Launch<CodexState> {
  const { environment, home, runId, chatId, session, before, systemPrompt: instructions } = launching;
  const wanted = handedOver(launching);
  const isEphemeral = wanted !== null;
  const settings = [...SETTINGS, ...markersOf(runId, chatId), ...(isEphemeral ? [KEEPS_NO_LOGIN] : [])];
  const temporaryFolder = temporaryFolderOf(home);
  const fresh = freshState();
  const state = {
    ...fresh,
    ...(session === null ? {} : sessionIn(session)),
    folder,
    instructions,
    unclear: before?.unclear ?? null,
    account: { ...fresh.account, wanted, isEphemeral },
  };
  return {
    args: ['app-server', ...settings.flatMap((setting) => ['-c', setting])],
    env: { ...environment, HOME: home, TMPDIR: temporaryFolder },
    stdin: greeting(),
    state,
    strays: { without: [CHAT_MARKER] },
    folders: [temporaryFolder],
  };
}

/** What cannot be a rollout is not shown to the server, which would read it for ever. */
function sessionIn(session: NonNullable<Launching<CodexState>['session']>) {
  return session.file === 'unusable' ? { notice: allIsLost(session.reason) } : { resumes: session };
}

/** Marks what tools run, also where the user's configuration keeps the environment from them. */
function markersOf(runId: string, chatId: string): string[] {
  const markers = Object.entries({ [RUN_MARKER]: runId, [CHAT_MARKER]: chatId });
  return markers.map(([name, value]) => `shell_environment_policy.set.${name}=${JSON.stringify(value)}`);
}

/** Never above Codex's own folder: it would refuse to make its helper programs there. */
function temporaryFolderOf(home: string): string {
  const name = createHash('sha256').update(home).digest('hex').slice(0, 12);
  return join(tmpdir(), `replicas-codex-${name}`);
}

/**
 * The thread, and what it uses by default, stand in the head of the output. A server in which they do not is of an earlier
 * version, perhaps with the threads of other chats: it is replaced.
 */
function foundState(
  { sessionId, head, turn, steering = [], tasks = [] }: Found<CodexState>,
  folder: string,
): CodexState {
  const fresh = freshState();
  const isEphemeral = turn?.delivery.note['isEphemeral'] === true;
  const account = { ...fresh.account, isEphemeral };
  const threadId = turn?.delivery.sessionId || sessionId;
  if (head === null) return { ...fresh, folder, threadId };
  const isOpen = head.opening.step === 'open';
  const opening = isOpen ? head.opening : { step: 'refused' as const, failure: null };
  const rollout = head.threadId === threadId ? head.rollout : null;
  const beside = { tasks, tails: tailsOf(tasks), children: childrenIn(tasks) };
  const known = {
    ...head,
    ...beside,
    opening,
    rollout,
    threadId,
    totals: {},
    isNew: false,
    notice: null,
    account,
  };
  const steers = steering.map((message) => ({ id: steerIdOf(message), messageId: message.messageId }));
  return turn === null ? { ...known, isRejoining: true } : { ...given(known, turn), steers };
}

const UserMessageSchema = z.looseObject({
  timestamp: z.string().optional(),
  type: z.literal('event_msg'),
  payload: z.looseObject({
    type: z.literal('item_completed'),
    item: z.looseObject({ type: z.literal('UserMessage'), client_id: z.string().nullish() }),
  }),
});

export function promptIn(line: string): NativePrompt | null {
  if (!line.includes('"UserMessage"')) return null;
  const { data } = UserMessageSchema.safeParse(parseJson(line));
  return data === undefined ? null : { id: data.payload.item.client_id ?? null, at: data.timestamp ?? null };
}
