import { ENGINE_ERRORS } from '../../src/contract/error-table.ts';
import { toTable } from './markdown.ts';

/** The page about refusals and failures, made from their table. */
export function errorsPage(): string {
  const rows = Object.entries(ENGINE_ERRORS);
  const answers = rows
    .filter(([, row]) => !endsEngine(row))
    .toSorted(([a, one], [b, other]) => one.status - other.status || a.localeCompare(b));
  const endings = rows
    .filter(([, row]) => endsEngine(row))
    .toSorted(([, one], [, other]) => Number(exitCodeOf(one)) - Number(exitCodeOf(other)));
  return `${INTRODUCTION}

${toTable(
  ['status', 'code', 'when, and what to do'],
  answers.map(([code, { status, meaning }]) => [String(status), `\`${code.toLowerCase()}\``, meaning]),
)}

## In events, turns and snapshots

The \`code\` of an \`error\` event, of the \`error\` of a turn that ended \`errored\`, of a hook and of a repository. Agents add codes
of their own, as their models and services name what went wrong.

${toTable(
  ['where', 'code', 'what it means'],
  TROUBLES.toSorted(
    ([where, code], [other, next]) => where.localeCompare(other) || code.localeCompare(next),
  ).map(([where, code, meaning]) => [where, `\`${code}\``, meaning]),
)}

## When the engine cannot start

It prints the reason to standard error and exits with this code. Any other failure exits 1.

${toTable(
  ['exit code', 'reason'],
  endings.map(([, row]) => [String(exitCodeOf(row)), row.meaning]),
)}
`;
}

const INTRODUCTION = `# Errors

Every refusal has one shape: \`{error, code, details?, context?}\`. \`error\` is for people, \`code\` for programs, \`context\` names
the offender. Nothing was done unless the row says otherwise. Every answer carries \`x-request-id\`, yours if you sent one: the
engine's log has it too.`;

function endsEngine(row: object): boolean {
  return exitCodeOf(row) !== undefined;
}

function exitCodeOf(row: object): number | undefined {
  return 'exitCode' in row && typeof row.exitCode === 'number' ? row.exitCode : undefined;
}

/** Where, which and what: codes that are no refusals. */
export const TROUBLES: [where: string, code: string, meaning: string][] = [
  ['event', 'chat_crashed', 'The actor of a chat broke and was begun anew from its record.'],
  ['event', 'chat_given_up', 'It broke four times within a minute. The chat can be read and deleted.'],
  [
    'event',
    'boot_crashed',
    'Boot broke and was begun anew; `boot_given_up`: the engine goes on without the rest of it.',
  ],
  [
    'event',
    'credential_crashed',
    'Refreshing a credential broke and was begun anew; `credential_given_up`: no more.',
  ],
  ['event', 'login_crashed', 'The life of a login broke and was begun anew; `login_given_up`: no more.'],
  [
    'event',
    'hooks_crashed',
    'Running the hooks broke and was begun anew; `hooks_given_up`: no hook runs any more.',
  ],
  [
    'event',
    'outbox_crashed',
    'Telling the control plane broke and was begun anew; `outbox_given_up`: no more.',
  ],
  ['event', 'hook_crashed', 'The actor of one hook broke; `context.repoName` says whose. The others run on.'],
  ['event', 'credential_refused', 'The control plane refuses a credential: somebody has to log in there.'],
  [
    'event',
    'file_damaged',
    'A file could not be read. It was set aside as `context.keptAs`; a new one was begun.',
  ],
  [
    'event',
    'repositories_late',
    'Boot went on without repositories that did not answer; `GET /repos` says which.',
  ],
  ['event', 'webhook_refused', 'The control plane refused an event for good; it is in the dead-letter file.'],
  ['event', 'webhooks_given_up', 'Events left the log before the control plane could be told.'],
  ['turn', 'agent_error', 'The agent says that it failed; the message is its own.'],
  ['turn', 'agent_exited', 'Its process ended in the middle. The next message resumes the session.'],
  ['turn', 'agent_outdated', 'Its program is too old; the message says which version to install.'],
  ['turn', 'agent_output_damaged', 'What it printed can no longer be read.'],
  ['turn', 'agent_silent', 'It said nothing for `AGENT_SILENT_MS`, nor when it was asked to stop.'],
  ['turn', 'agent_unavailable', 'Its program is missing or could not be started.'],
  ['turn', 'agent_unresponsive', 'It did not stop when it was asked to, and was ended.'],
  [
    'turn',
    'budget_reached',
    'The budget of the chat or of the workspace is used up; a request of kind `budget` raises it.',
  ],
  ['turn', 'chat_failed', 'The chat was given up with this turn in it.'],
  [
    'turn',
    'claude_login_required',
    'No login of Claude Code is accepted; `codex_login_required`: none of Codex.',
  ],
  ['turn', 'given_before', 'It was given to the agent before the log lost its end; it is not given again.'],
  ['turn', 'images_unsupported', 'The agent takes no images.'],
  ['turn', 'model_not_found', 'The agent does not have this model.'],
  ['turn', 'network', 'The agent could not reach its service.'],
  ['turn', 'plan_mode_unavailable', 'The agent has no mode in which it only plans.'],
  ['turn', 'prompt_blocked', 'A hook of the agent did not let the message pass.'],
  ['turn', 'refused', 'The model refuses to answer.'],
  ['turn', 'auth', 'The login, the account or the organisation may not call the model.'],
  ['turn', 'billing', 'The account has nothing left, is on hold, or reached its budget.'],
  ['turn', 'context_too_long', 'The conversation is longer than the model can read.'],
  ['turn', 'invalid_request', "The model's API refuses the request as it is."],
  ['turn', 'model_error', "The model's API failed."],
  ['turn', 'overloaded', 'The model has no room at the moment. Send the message again later.'],
  ['turn', 'rate_limit', 'The account asks too often. Send the message again later.'],
  ['turn', 'sandbox_error', 'Codex could not make the sandbox for a command.'],
  ['turn', 'too_many_denials', 'Codex was refused too many commands in one turn.'],
  [
    'turn',
    'machine_lost',
    'The workspace came here from another machine while the turn ran there. What it had said is kept; send the message again.',
  ],
  ['turn', 'workspace_copied', 'The home is a copy: the turn runs on in the original, not here.'],
  ['hook', 'hook_not_started', 'Its shell could not be started.'],
  ['hook', 'hook_shell_failed', 'The shell around its commands failed; the message is what that said.'],
  ['hook', 'hooks_file_invalid', 'The file that describes it is wrong; the message names each place.'],
  [
    'repository',
    'restore_incomplete',
    'Something of a workspace could not be brought here from another machine; the message and `context` name it.',
  ],
  [
    'repository',
    'git_missing',
    'There is no git; `git_lfs_missing`: a filter that the repository asks for is missing.',
  ],
  ['repository', 'git_timed_out', 'git did not end in time.'],
  ['repository', 'repo_in_use', 'Its folder was not empty when it was to be restored; it was left as it is.'],
  [
    'repository',
    'repo_too_large',
    'Its changes are larger than `ARCHIVE_REPOSITORY_BYTES`, or too many to list.',
  ],
  ['repository', 'repo_late', 'It has not answered yet.'],
  [
    'event',
    'archive_away',
    'The archive has been away for more than a minute; `archive_incomplete`: something is left out of it; `archive_superseded`: another engine archives the workspace.',
  ],
  ['archive', 'repo_too_large', 'More of it would have to be archived than `ARCHIVE_REPOSITORY_BYTES`.'],
  ['restore', 'repo_in_use', 'Its folder has something that is not in the archive, and was left as it is.'],
  ['repository', 'repo_not_readable', 'Its folder may not be read.'],
  ['repository', 'repo_unreadable', 'git cannot make sense of it.'],
];
