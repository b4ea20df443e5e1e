import { curlSession } from './curl-session.ts';
import type { AgentName } from './bundled-agents.ts';
import type { ScriptedModels } from './dev-environment.ts';

export interface Welcome {
  url: string;
  secret: string;
  home: string;
  scripted: ScriptedModels;
  /** Agents that are not installed. */
  missing: readonly AgentName[];
}

/** What to tell the person who started the engine. */
export function welcome({ url, secret, home, scripted, missing }: Welcome): string {
  return `The engine listens on ${url} and keeps everything in ${home}. Ctrl-C ends it.
${describeModels(scripted, missing)}

Paste this into another shell to use it from there:

${curlSession({ url, secret })}
Open it: ${url}/inspect#secret=${secret}
`;
}

function describeModels(models: ScriptedModels, missing: readonly AgentName[]): string {
  const absent = AGENTS.filter(({ id }) => missing.includes(id));
  const there = AGENTS.filter(({ id }) => !missing.includes(id));
  const real = there.filter(({ id }) => models[id] === null);
  const scripted = there.filter(({ id }) => models[id] !== null);
  const lines = [
    ...absent.map(
      ({ name, program, variable }) =>
        `${name} is not installed, so its chat ends in an error: npm install -g ${program}, or set ${variable}; then start again.`,
    ),
    ...real.map(({ name }) => `${name} talks to the real model.`),
  ];
  return [...lines, ...(scripted.length === 0 ? [] : [describeScripted(scripted)])].join('\n');
}

interface Agent {
  id: AgentName;
  name: string;
  account: string;
  /** What npm installs. */
  program: string;
  variable: string;
}

const AGENTS: readonly Agent[] = [
  {
    id: 'claude',
    name: 'Claude Code',
    account: 'ANTHROPIC_API_KEY',
    program: '@anthropic-ai/claude-code',
    variable: 'CLAUDE_PATH',
  },
  { id: 'codex', name: 'Codex', account: 'OPENAI_API_KEY', program: '@openai/codex', variable: 'CODEX_PATH' },
];

function describeScripted(agents: readonly Agent[]): string {
  const names = agents.map(({ name }) => name).join(' and ');
  const accounts = agents.map(({ account }) => account).join(' or ');
  return `Everything about ${names} is real but the model: a scripted stand-in, which needs no account, adds what you say
to workspaces/demo/NOTES.md. Set ${accounts}, or start with --real, to talk to the real model.`;
}
