import { findBundledAgents } from '../../src/dev/bundled-agents.ts';

/** The programs that `CLAUDE_PATH` and `CODEX_PATH` name, or else those that npm installed here. */
export function findTestedAgents(): ReturnType<typeof findBundledAgents> {
  const { claude, codex } = findBundledAgents();
  return { claude: process.env['CLAUDE_PATH'] ?? claude, codex: process.env['CODEX_PATH'] ?? codex };
}
