import { stripVTControlCharacters } from 'node:util';
import type { ChatSummary, Failure, Hook, Repo, Status } from '../client/client.ts';
import { durationBrief } from '../contract/usage-brief.ts';
import { noteOfBoot } from './waiting-note.ts';
import { show, type ShowOptions } from './show.ts';
import { EXIT, type Colors, type Terminal } from './terminal.ts';
import { visible } from './visible.ts';

export async function showStatus(terminal: Terminal, { client, json }: ShowOptions): Promise<number> {
  const signal = terminal.stopSignal();
  const [status, { chats }, { repos }] = await Promise.all([
    client.status({ signal }),
    client.chats.list({ signal }),
    client.repos({ signal }),
  ]);
  const value = { status, chats, repos };
  return show(terminal, { json, value, text: describe(value, terminal.colors) });
}

interface Shown {
  status: Status;
  chats: ChatSummary[];
  repos: Repo[];
}

function describe({ status, chats, repos }: Shown, colors: Colors): string {
  const { boot, version, uptimeSeconds, hooksRunning } = status;
  const ready = boot.state === 'ready' ? colors.green('ready') : colors.yellow(boot.state);
  const reason = boot.reason === undefined ? '' : ` (${boot.reason})`;
  return [
    `${colors.bold('Engine')} ${version}, ${ready}${reason}, up ${toDuration(uptimeSeconds)}${hooksRunning ? ', hooks running' : ''}\n`,
    colors.yellow(noteOfBoot(boot)),
    `\n${colors.bold('Chats')}\n`,
    toColumns(chats.map((chat) => toChatRow(chat, colors))),
    repos.length === 0 ? '' : `\n${colors.bold('Repositories')}\n`,
    toColumns(repos.map((repo) => toRepoRow(repo, colors))),
  ].join('');
}

function toChatRow(chat: ChatSummary, colors: Colors): string[] {
  const { id, provider, title, state, awaitingInput, lastError } = chat;
  const shown = awaitingInput ? colors.yellow('waits for you') : STATE_COLORS[state](colors)(state);
  return [
    '',
    id,
    provider,
    shown,
    visible(title) + (lastError === undefined ? '' : `  ${colors.dim(describeFailure(lastError))}`),
  ];
}

/** `agent_error: The model is overloaded.` */
export function describeFailure(failure: Failure | undefined): string {
  return failure === undefined ? '' : visible(`${failure.code}: ${failure.message}`);
}

const STATE_COLORS: Record<ChatSummary['state'], (colors: Colors) => (text: string) => string> = {
  idle: ({ dim }) => dim,
  running: ({ green }) => green,
  interrupting: ({ yellow }) => yellow,
  errored: ({ red }) => red,
};

export function toRepoRow({ name, currentBranch, gitDiff, prUrl, error }: Repo, colors: Colors): string[] {
  const changes =
    gitDiff === null ? '' : `${colors.green(`+${gitDiff.added}`)} ${colors.red(`-${gitDiff.removed}`)}`;
  const end = error === undefined ? (prUrl ?? '') : colors.red(visible(error.message));
  return ['', visible(name), currentBranch, changes, end];
}

/** `2 h 5 min`; seconds only when it is less than two minutes. */
export function toDuration(seconds: number): string {
  if (seconds < 120) return `${Math.floor(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Prints how far the hooks of the engine's repositories are; fails when one of them did. */
export async function showHooks(terminal: Terminal, { client, json }: ShowOptions): Promise<number> {
  const status = await client.hooks.status({ signal: terminal.stopSignal() });
  const colors = terminal.colors;
  const rows = status.hooks.flatMap((hook) => toRows(hook, colors));
  const failed = status.hooks.map(lastWordsOf).join('');
  show(terminal, { json, value: status, text: `Hooks: ${status.state}\n${toColumns(rows)}${failed}` });
  return status.state === 'failed' ? EXIT.FAILED : EXIT.DONE;
}

/** The end of what a hook printed that failed. */
function lastWordsOf({ repoName, kind, status, output }: Hook): string {
  if (status !== 'failed' && status !== 'timedOut') return '';
  const lines = visible(stripVTControlCharacters(output).trimEnd()).split('\n').slice(-LAST_LINES);
  return `\nThe end of what the ${kind} hook of ${visible(repoName)} printed:\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

const LAST_LINES = 10;

function toRows({ repoName, kind, commands, error }: Hook, colors: Colors): string[][] {
  const name = visible(repoName);
  if (commands.length === 0) return [['', name, kind, colors.red(visible(error?.message ?? 'no commands'))]];
  return commands.map(({ command, status, exitCode, durationMs }) => {
    const paint = status === 'succeeded' ? colors.green : status === 'running' ? colors.yellow : colors.dim;
    const shown = exitCode === null || exitCode === 0 ? paint(status) : colors.red(`${status} (${exitCode})`);
    const time = durationMs === null ? '' : durationBrief(durationMs);
    return ['', name, kind, shown, time, visible(command.trim().split('\n')[0] ?? '')];
  });
}

/** Rows as aligned lines; the last column is not padded. Colours take no room. */
export function toColumns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => widthOf(row[column] ?? ''))),
  );
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => pad(cell, widths[column]))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function pad(cell: string, width = 0): string {
  return cell + ' '.repeat(Math.max(0, width - widthOf(cell)));
}

function widthOf(cell: string): number {
  return stripVTControlCharacters(cell).length;
}
