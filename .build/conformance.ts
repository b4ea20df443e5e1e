/**
 * `npm run conformance -- --claude 2.1.332 --codex 0.171.0`: runs the conformance suite with these versions of the agents, fetched
 * from npm into a folder outside of the repository. What stands behind a second `--` is for vitest.
 */
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { findBundledAgents } from '../src/dev/bundled-agents.ts';

const PACKAGES = { claude: '@anthropic-ai/claude-code', codex: '@openai/codex' } as const;
type Agent = keyof typeof PACKAGES;

const CACHE = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'replicas-engine', 'agents');

const { values, positionals } = parseArgs({
  options: { claude: { type: 'string' }, codex: { type: 'string' } },
  allowPositionals: true,
});
const env = {
  ...(values.claude === undefined ? {} : { CLAUDE_PATH: await fetchAgent('claude', values.claude) }),
  ...(values.codex === undefined ? {} : { CODEX_PATH: await fetchAgent('codex', values.codex) }),
};
const suite = ['run', '--config', 'test/vitest.config.ts', 'test/e2e/agents/conformance.test.ts'];
const { exitCode } = await execa('vitest', [...suite, ...positionals], {
  preferLocal: true,
  env,
  stdio: 'inherit',
  reject: false,
});
process.exitCode = exitCode ?? 1;

/** The program of this version. */
async function fetchAgent(agent: Agent, version: string): Promise<string> {
  const folder = join(CACHE, `${agent}-${version}`);
  const known = findBundledAgents(folder)[agent];
  if (known !== null) return known;
  mkdirSync(folder, { recursive: true });
  const settings = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder];
  await execa('npm', ['install', ...settings, `${PACKAGES[agent]}@${version}`], { stdio: 'inherit' });
  const program = findBundledAgents(folder)[agent];
  if (program === null) throw new Error(`${PACKAGES[agent]}@${version} has no program for this machine.`);
  return program;
}
