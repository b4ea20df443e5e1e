import { readFileSync, writeFileSync } from 'node:fs';
import type { RunnerTask, RunnerTestSuite } from 'vitest';
import { expect } from 'vitest';
import { toTable } from '../../support/markdown.ts';

const PAGE = 'docs/agents.md';
const BEGIN = '<!-- What the conformance suite found, written by `npm run docs:agents`. -->';
const END = '<!-- The end of what it found. -->';

/** What one agent did in one test: `yes`, or why it is not asked to. */
interface Finding {
  agent: string;
  row: string;
  cell: string;
}

/**
 * Holds the table of what each agent supports against what the suite just found; with `WRITE_DOCS` set it writes it. Says
 * nothing after a run of some of the tests, or one in which some failed.
 */
export function checkSupportTable(suite: Readonly<RunnerTestSuite>): void {
  const findings = suite.tasks.flatMap((task) => findingsIn(task, { agent: task.name, path: [] }));
  if (findings.some(({ cell }) => cell === '')) return;
  const table = tableOf(findings.map((finding) => ({ ...finding, agent: agentOf(finding.agent) })));
  const page = readFileSync(PAGE, 'utf8');
  if (process.env['WRITE_DOCS']) return writeFileSync(PAGE, replaceTable(page, table));
  expect(normalized(tableIn(page)), `${PAGE} is stale: run npm run docs:agents`).toBe(normalized(table));
}

function findingsIn(task: RunnerTask, { agent, path }: { agent: string; path: string[] }): Finding[] {
  if (task.type === 'suite') {
    return task.tasks.flatMap((child) =>
      findingsIn(child, { agent, path: task.name === agent ? [] : [...path, task.name] }),
    );
  }
  return [{ agent, row: [...path, task.name].join(' '), cell: cellOf(task) }];
}

function cellOf({ result }: RunnerTask): string {
  if (result?.state === 'pass') return 'yes';
  const note = result !== undefined && 'note' in result ? result.note : undefined;
  return typeof note === 'string' ? `no: ${note}` : '';
}

/** The names of the suites begin with those of the agents. */
function agentOf(name: string): string {
  return name.slice(0, name.indexOf(', ')).replaceAll("'", '');
}

function tableOf(findings: readonly Finding[]): string {
  const agents = [...new Set(findings.map(({ agent }) => agent))];
  const rows = [...new Set(findings.map(({ row }) => row))];
  const find = (row: string, agent: string) =>
    findings.find((finding) => finding.row === row && finding.agent === agent)?.cell ?? '';
  return toTable(
    ['An agent …', ...agents],
    rows.map((row) => [row, ...agents.map((agent) => find(row, agent))]),
  );
}

function tableIn(page: string): string {
  return page.slice(page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END));
}

function replaceTable(page: string, table: string): string {
  const [before] = page.split(BEGIN);
  const [, after] = page.split(END);
  return `${before}${BEGIN}\n\n${table}\n\n${END}${after}`;
}

/** Columns are aligned by whoever formats the page. */
function normalized(table: string): string {
  return table.trim().replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');
}
