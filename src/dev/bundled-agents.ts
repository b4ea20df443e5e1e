import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const requireHere = createRequire(import.meta.url);

/** Targets in the names of Codex's folders, by `process.arch`. */
const CODEX_TARGETS: Readonly<Record<string, string>> = {
  x64: 'x86_64-unknown-linux-musl',
  arm64: 'aarch64-unknown-linux-musl',
};

/**
 * The agents' native programs as npm installed them here, run without their JavaScript wrappers; null for one that
 * is not installed or not made for this machine.
 */
export function findBundledAgents(): { claude: string | null; codex: string | null } {
  const { arch } = process;
  const target = CODEX_TARGETS[arch] ?? arch;
  return {
    claude: findInPackage(`@anthropic-ai/claude-code-linux-${arch}`, 'claude'),
    codex: findInPackage(`@openai/codex-linux-${arch}`, join('vendor', target, 'bin', 'codex')),
  };
}

function findInPackage(name: string, file: string): string | null {
  try {
    return join(dirname(requireHere.resolve(`${name}/package.json`)), file);
  } catch {
    return null;
  }
}
