import { ENGINE_ERRORS } from '../../src/error-table.ts';
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
