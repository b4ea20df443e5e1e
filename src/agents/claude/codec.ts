import { join } from 'node:path';
import { z } from 'zod';
import type { Failure } from '../../contract/chats.ts';
import { parseJson } from '../../contract/parse-json.ts';
import type { Paths } from '../../environment/paths.ts';
import type { AgentCodec, Found, NativePrompt, SessionFiles } from '../codec.ts';
import { lines } from './commands.ts';
import { conclude, decide } from './decide.ts';
import { inquiry } from './inquiry.ts';
import { launch, projectOf, tidy } from './launch.ts';
import { DEFAULT_EFFORT, modeOf, NoteSchema, prepare } from './prepare.ts';
import { answeredBy } from './requests.ts';
import { OLDEST_CLAUDE } from './requirements.ts';
import { foundState, freshState, withTurn, type ClaudeState } from './state.ts';
import { taskOutput } from './tasks.ts';
import { translate } from './translate.ts';

/** Claude Code: a process that is spoken to in lines of JSON, and that serves many turns. */
export function createClaudeCodec(
  paths: Pick<Paths, 'home' | 'workspaces' | 'agents'>,
  environment: () => Readonly<Record<string, string>>,
): AgentCodec<ClaudeState> {
  const configurationFolder = () => environment()['CLAUDE_CONFIG_DIR'] ?? join(paths.home, '.claude');
  return {
    provider: 'claude',
    title: 'Claude Code',
    defaultThinkingLevel: DEFAULT_EFFORT,
    modes: ['goal', 'fast'],
    launch: (given) => launch(given, paths),
    configuration: ({ policy }) => [policy],
    translate,
    found,
    conclude,
    decide,
    prepare,
    lines,
    answeredBy,
    session: sessionFiles(paths.workspaces, configurationFolder),
    remedy: 'install it (npm install -g @anthropic-ai/claude-code) or set CLAUDE_PATH to its program',
    oldestVersion: OLDEST_CLAUDE,
    awaits,
    reasonIn: ({ startupFailure }) => startupFailure,
    inquiry,
    inquirySources: ({ home, folder }) => [
      ...['commands', 'skills', 'settings.json', 'plugins'].map((name) => join(configurationFolder(), name)),
      ...['.claude', '.mcp.json'].map((name) => join(folder, name)),
      join(home, '.agents'),
    ],
    taskOutput: (task, { chatId }) => taskOutput(task, { chatId, ...paths }),
    tidy,
  };
}

/** Another model is first tried out by the agent. */
export function awaits({ preparing }: ClaudeState): string | Failure {
  if (preparing === null) return '';
  return { code: 'network', message: 'Claude Code could not switch to the model in time.' };
}

export function found({ policy, sessionId, turn, tasks = [] }: Found<ClaudeState>): ClaudeState {
  if (turn === null) return { ...foundState(sessionId), background: tasks };
  const { message, delivery } = turn;
  // What deliveries of earlier versions say stands in them as it is.
  const { model, effort, fast, start, isEchoed, carriesOn } = NoteSchema.parse({
    ...delivery,
    ...delivery.note,
  });
  const fresh = freshState(delivery.sessionId, modeOf(policy, carriesOn && message.planMode));
  const isWarm = start === 'none';
  const before = isWarm ? foundState(delivery.sessionId) : fresh;
  const echoed = isEchoed ? [message.turnId] : [];
  return withTurn(
    { ...before, background: tasks, settings: { model, effort, fast }, echoed },
    { uuid: message.turnId, isWarm, isCarriedOn: carriesOn },
  );
}

/** Any Claude Code of this home can go on with a session, so others may write to it. */
function sessionFiles(workspaces: string, configurationFolder: () => string): SessionFiles {
  const folder = () => join(configurationFolder(), 'projects', projectOf(workspaces));
  const fileOf = (sessionId: string) => join(folder(), `${sessionId}.jsonl`);
  return { fileOf, besides: (sessionId) => [join(folder(), sessionId)], promptIn, isShared: true };
}

const PromptSchema = z.looseObject({
  type: z.literal('user'),
  isSidechain: z.literal(false).optional(),
  isMeta: z.literal(false).optional(),
  promptSource: z.string().regex(/^(?!system|task)/),
  uuid: z.string().optional(),
  timestamp: z.string().optional(),
  message: z.looseObject({ content: z.unknown() }),
});

/** What the agent adds by itself (results, reminders, notices of its tasks) is nothing that a user said. */
export function promptIn(line: string): NativePrompt | null {
  if (!line.includes('"promptSource"')) return null;
  const { data } = PromptSchema.safeParse(parseJson(line));
  if (data === undefined || JSON.stringify(data.message.content).includes('<task-notification')) return null;
  return { id: data.uuid ?? null, at: data.timestamp ?? null };
}
