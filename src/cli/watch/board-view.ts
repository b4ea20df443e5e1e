import type { ChatSummary, CredentialHealth, Hook, WorkspaceState } from '../../client/client.ts';
import { budgetBrief } from '../../contract/budget-brief.ts';
import { askedBrief, toLine } from '../../contract/tool-brief.ts';
import { describeActivity } from '../../client/activity.ts';
import { noteOfBoot } from '../waiting-note.ts';
import { toColumns, toDuration, toRepoRow } from '../show-status.ts';
import { visible } from '../visible.ts';
import { NOTHING, type Board, type ChatFacts } from './board.ts';
import type { Colors } from '../terminal.ts';

export interface ViewOptions {
  colors: Colors;
  rows: number;
  now: number;
  /** Why nothing new comes; empty while it does. */
  trouble: string;
}

type Rows = readonly (readonly string[])[];

const SECTION_ROWS = 6;
const TITLE_CHARACTERS = 30;

/** The workspace as lines, no more than there are rows. */
export function toScreen(board: Board, options: ViewOptions): string[] {
  const { colors, rows, trouble } = options;
  const { workspace } = board;
  if (workspace === null) return [trouble || 'Reading…'];
  const chatRows = Math.max(SECTION_ROWS, Math.floor(rows / 2));
  const lines = [
    headOf(board, workspace, options),
    ...(trouble === '' ? [] : [colors.red(trouble)]),
    ...noteOfBoot(workspace.boot).trimEnd().split('\n').filter(Boolean).map(colors.yellow),
    ...section('Chats', toChatRows(board, workspace, options), { colors, most: chatRows }),
    ...section('Queue', toQueueRows(board, workspace), { colors }),
    ...section('Tasks', toTaskRows(board, workspace), { colors }),
    ...section(
      'Hooks',
      (board.hooks?.hooks ?? []).map((hook) => toHookRow(hook, colors)),
      { colors },
    ),
    ...section(
      'Repositories',
      workspace.repos.map((repo) => toRepoRow(repo, colors)),
      { colors },
    ),
    ...section('Logins', toLoginRows(board.credentials, colors), { colors }),
  ];
  const more = lines.length - rows;
  return more > 0 ? [...lines.slice(0, rows - 1), colors.dim(`… ${more + 1} lines more`)] : lines;
}

function headOf({ status }: Board, workspace: WorkspaceState, { colors }: ViewOptions): string {
  const { version, boot, chats, requests } = workspace;
  const working = chats.filter(({ processing }) => processing).length;
  const waiting = Object.keys(requests).length;
  const parts = [
    colors.bold(`replicas-engine ${version}`),
    boot.state === 'ready' ? colors.green('ready') : colors.yellow(boot.state),
    ...(status === null ? [] : [`up ${toDuration(status.uptimeSeconds)}`]),
    `${chats.length} chats, ${working} working`,
    ...(waiting === 0 ? [] : [colors.yellow(`${waiting} waiting for you`)]),
    ...mirrorOf(status?.mirror),
    colors.dim('q leaves'),
  ];
  return parts.join(' · ');
}

function mirrorOf(mirror: NonNullable<Board['status']>['mirror']): string[] {
  if (mirror === undefined) return [];
  const behind = mirror.lag.events === 0 ? '' : `, ${mirror.lag.events} events behind`;
  return [`mirror ${mirror.state}${behind}`];
}

function section(
  title: string,
  rows: Rows,
  { colors, most = SECTION_ROWS }: { colors: Colors; most?: number },
) {
  if (rows.length === 0) return [];
  const more = rows.length - most;
  const lines = toColumns(rows.slice(0, most)).trimEnd().split('\n');
  return ['', colors.bold(title), ...lines, ...(more > 0 ? [colors.dim(`  … ${more} more`)] : [])];
}

/** Those that wait for somebody first, then those that work, then those that were used last. */
function toChatRows({ chats }: Board, workspace: WorkspaceState, { colors, now }: ViewOptions): Rows {
  const rank = ({ id, processing }: ChatSummary) => (workspace.requests[id] ? 0 : processing ? 1 : 2);
  return workspace.chats
    .toSorted((one, other) => rank(one) - rank(other) || other.updatedAt.localeCompare(one.updatedAt))
    .map((chat) => {
      const paint = [colors.yellow, colors.green, chat.state === 'errored' ? colors.red : colors.dim][
        rank(chat)
      ];
      const { activity, queue } = chats[chat.id] ?? NOTHING;
      const [does = '', ...facts] = describeActivity(chat, { activity, waiting: queue.length, now });
      const shown = [waitsFor(workspace, chat) ?? does, ...facts].map(visible).join(' · ');
      return ['', chat.id.slice(0, 8), visible(chat.provider), titleOf(chat), paint?.(shown) ?? shown];
    });
}

function waitsFor({ requests }: WorkspaceState, { id }: ChatSummary): string | null {
  const [request] = requests[id] ?? [];
  if (request === undefined) return null;
  const { kind } = request;
  if (kind === 'budget') return budgetBrief(request);
  return `waits for you: ${kind}${kind === 'permission' ? ` ${askedBrief(request)}` : ''}`;
}

function toQueueRows({ chats }: Board, workspace: WorkspaceState): Rows {
  return rowsOf(workspace, chats, ({ queue }) =>
    queue.map(({ message }, index) => [`${index + 1}.`, visible(toLine(message))]),
  );
}

function toTaskRows({ chats }: Board, workspace: WorkspaceState): Rows {
  return rowsOf(workspace, chats, ({ tasks }) =>
    tasks
      .filter(({ endedAt, state }) => endedAt === undefined && /^(running|stopping)$/.test(state))
      .map(({ kind, state, title }) => [kind, state, visible(toLine(title))]),
  );
}

function rowsOf(
  { chats }: WorkspaceState,
  known: Board['chats'],
  toRows: (facts: ChatFacts) => string[][],
): Rows {
  return chats.flatMap((chat) => {
    const facts = known[chat.id];
    return facts === undefined ? [] : toRows(facts).map((row) => ['', titleOf(chat), ...row]);
  });
}

function titleOf({ title }: ChatSummary): string {
  return visible(title.length > TITLE_CHARACTERS ? `${title.slice(0, TITLE_CHARACTERS - 1)}…` : title);
}

function toHookRow({ repoName, kind, status, commands, error }: Hook, colors: Colors): string[] {
  const isBad = /^(failed|timedOut|interrupted|invalid)$/.test(status);
  const paint = isBad ? colors.red : status === 'running' ? colors.yellow : colors.dim;
  const telling = commands.find((command) => command.status === status)?.command ?? '';
  return ['', repoName, kind, paint(status), visible(toLine(error?.message ?? telling))];
}

function toLoginRows(credentials: Board['credentials'], { dim, red, yellow }: Colors): Rows {
  const paint = (state: CredentialHealth['state']) => {
    if (state === 'rejected') return red(state);
    return state === 'fresh' ? dim(state) : yellow(state);
  };
  return Object.entries(credentials)
    .filter(([, { state }]) => state !== 'absent')
    .map(([provider, { state, lastError }]) => ['', provider, paint(state), visible(lastError ?? '')]);
}
