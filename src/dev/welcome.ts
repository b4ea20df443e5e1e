import { curlSession } from './curl-session.ts';
import type { ScriptedModels } from './dev-environment.ts';

export interface Welcome {
  url: string;
  secret: string;
  home: string;
  scripted: ScriptedModels;
}

/** What to tell the person who started the engine. */
export function welcome({ url, secret, home, scripted }: Welcome): string {
  return `The engine listens on ${url} and keeps everything in ${home}.
Its secret is ${secret}.
Look inside: ${url}/inspect
${describeModels(scripted)}

Paste this into another shell:

${curlSession({ url, secret })}`;
}

function describeModels(models: ScriptedModels): string {
  const agents = [
    { name: 'Claude Code', account: 'ANTHROPIC_API_KEY', isScripted: models.claude !== null },
    { name: 'Codex', account: 'OPENAI_API_KEY', isScripted: models.codex !== null },
  ];
  const real = agents.filter(({ isScripted }) => !isScripted);
  const scripted = agents.filter(({ isScripted }) => isScripted);
  const lines = real.map(({ name }) => `${name} talks to the real model.`);
  return [...lines, ...(scripted.length === 0 ? [] : [describeScripted(scripted)])].join('\n');
}

interface Agent {
  name: string;
  account: string;
}

function describeScripted(agents: readonly Agent[]): string {
  const names = agents.map(({ name }) => name).join(' and ');
  const accounts = agents.map(({ account }) => account).join(' or ');
  return `Everything about ${names} is real but the model: a scripted stand-in, which needs no account, adds what you say
to workspaces/demo/NOTES.md. Set ${accounts}, or start with --real, to talk to the real model.`;
}
