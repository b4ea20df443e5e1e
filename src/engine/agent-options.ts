import { createPlainLogin } from '../agents/login.ts';
import type { AgentOptions } from '../agents/registry.ts';
import { repairText } from '../chats/repair.ts';
import { findExecutable } from '../environment/find-executable.ts';
import { collectSystemPrompts } from '../hooks/plan-hooks.ts';
import { listRepositories } from '../workspace/find-repositories.ts';
import type { Credentials } from './open-credentials.ts';
import type { Home } from './open-home.ts';

/** So much may wait for the disk before agents are read more slowly. */
const LAG_BYTES = 4 * 1024 * 1024;

export function agentOptions(
  { environment, log, paths, payloads, journal }: Home,
  credentials: Pick<Credentials, 'logins' | 'environment'>,
  redact: (text: string) => string,
): AgentOptions {
  const find = (command: string) => () => findExecutable(command, environment.ambient['PATH']) ?? null;
  return {
    programs: { claude: find(environment.CLAUDE_PATH), codex: find(environment.CODEX_PATH) },
    // Whose models an ACP agent uses is its own business: it logs in with what it finds.
    logins: {
      ...credentials.logins.logins,
      acp: { ...createPlainLogin({}), environment: credentials.environment },
    },
    acpAgents: Object.fromEntries(
      Object.entries(environment.ACP_AGENTS).map(([provider, agent]) => [
        provider,
        { ...agent, findProgram: find(agent.command) },
      ]),
    ),
    paths,
    payloads,
    settled: () => journal.committed(),
    isLagging: () => journal.pendingBytes > LAG_BYTES,
    reportPartial: (chatId, messageId, event) =>
      journal.pass({ type: 'chat.turn.partial', payload: { chatId, messageId, event } }),
    requestTimeoutMs: environment.REQUEST_TIMEOUT_MS,
    idleMs: environment.AGENT_IDLE_MS,
    processesMax: environment.AGENT_PROCESSES_MAX,
    redact,
    log,
    systemPrompt: () => {
      const prompts = collectSystemPrompts(listRepositories(paths.workspaces));
      return repairText([aboutWorkspace(paths), prompts].filter(Boolean).join('\n\n'));
    },
  };
}

function aboutWorkspace({ canvas, replicas }: Home['paths']): string {
  return `# This workspace

Files in ${canvas} are shown to the people you work for: Markdown, HTML, images, audio and video, up to 5 MiB each. Put there what they should look at.

${replicas}/preview-ports.json lists the ports that processes here listen on, each with the address (publicUrl) at which people reach it.`;
}
