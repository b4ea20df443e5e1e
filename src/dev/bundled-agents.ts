import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { findExecutable } from '../environment/find-executable.ts';
import type { Environment } from '../environment/engine-env.ts';

/** Targets in the names of Codex's folders, by `process.arch`. */
const CODEX_TARGETS: Readonly<Record<string, string>> = {
  x64: 'x86_64-unknown-linux-musl',
  arm64: 'aarch64-unknown-linux-musl',
};

/**
 * The agents' native programs as npm installed them here, or in a folder, run without their JavaScript wrappers; null for one
 * that is not installed or not made for this machine.
 */
export function findBundledAgents(folder?: string): { claude: string | null; codex: string | null } {
  const { arch } = process;
  const requireThere = createRequire(folder === undefined ? import.meta.url : join(folder, 'package.json'));
  const target = CODEX_TARGETS[arch] ?? arch;
  return {
    claude: findInPackage(requireThere, `@anthropic-ai/claude-code-linux-${arch}`, 'claude'),
    codex: findInPackage(requireThere, `@openai/codex-linux-${arch}`, join('vendor', target, 'bin', 'codex')),
  };
}

function findInPackage({ resolve }: NodeJS.Require, name: string, file: string): string | null {
  try {
    const program = join(dirname(resolve(`${name}/package.json`)), file);
    return existsSync(program) ? program : null;
  } catch {
    return null;
  }
}

export type AgentName = 'claude' | 'codex';

/** The agents that an engine with this environment cannot run. */
export function findMissing(environment: Environment): AgentName[] {
  const { PATH, CLAUDE_PATH: claude = 'claude', CODEX_PATH: codex = 'codex' } = environment;
  const programs = { claude, codex };
  return (['claude', 'codex'] as const).filter((name) => findExecutable(programs[name], PATH) === undefined);
}
