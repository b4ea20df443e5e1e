import { join } from 'node:path';
import type { Paths } from '../../environment/paths.ts';
import type { AgentCodec } from '../codec.ts';
import { lines } from './commands.ts';
import { conclude, decide } from './decide.ts';
import { failures } from './failures.ts';
import { inquiry } from './inquiry.ts';
import { launch, survey, tidy } from './launch.ts';
import { DEFAULT_EFFORT, prepare } from './prepare.ts';
import { found, sessionFiles } from './recover.ts';
import { answeredBy } from './requests.ts';
import type { ClaudeState, ClaudeTraits } from './state.ts';
import { translate } from './translate.ts';

/** Claude Code: a process that is spoken to in lines of JSON, and that serves many turns. */
export function createClaudeCodec(
  paths: Pick<Paths, 'home' | 'workspaces' | 'agents'>,
  environment: () => Readonly<Record<string, string>>,
): AgentCodec<ClaudeState, ClaudeTraits> {
  const configurationFolder = () => environment()['CLAUDE_CONFIG_DIR'] ?? join(paths.home, '.claude');
  return {
    provider: 'claude',
    title: 'Claude Code',
    defaultThinkingLevel: DEFAULT_EFFORT,
    launch: (given) => launch(given, paths),
    survey,
    configuration: ({ policy }) => [policy],
    translate,
    found,
    conclude,
    decide,
    prepare,
    lines,
    answeredBy,
    session: sessionFiles(paths.workspaces, configurationFolder),
    failures,
    inquiry,
    inquirySources: ({ home, folder }) => [
      ...['commands', 'skills', 'settings.json', 'plugins'].map((name) => join(configurationFolder(), name)),
      ...['.claude', '.mcp.json'].map((name) => join(folder, name)),
      join(home, '.agents'),
    ],
    tidy,
  };
}
