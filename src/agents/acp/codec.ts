/** Any agent that speaks the Agent Client Protocol, as a codec. */
import type { AgentCodec, Found, Launch, Launching } from '../codec.ts';
import { allIsLost } from '../context-loss.ts';
import { answeredBy } from '../json-rpc.ts';
import { decide } from './decide.ts';
import { greeting } from './frames.ts';
import { inquiryOf } from './inquiry.ts';
import { lines, promptIn } from './lines.ts';
import { NoteSchema, prepare } from './prepare.ts';
import { freshState, withTurn, type AcpState } from './state.ts';
import { killTools } from './tools.ts';
import { conclude, translate } from './translate.ts';

/** An agent by its names and as it was configured. */
export interface AcpAgentName {
  provider: string;
  /** The agent's name for people. */
  title: string;
  command: string;
  args: readonly string[];
}

export function createAcpCodec(
  { provider, title, command, args }: AcpAgentName,
  { folder, systemPrompt }: { folder: string; systemPrompt?: (() => string | undefined) | undefined },
): AgentCodec<AcpState> {
  const place = () => ({ title, folder, systemPrompt: systemPrompt?.() });
  return {
    provider,
    title,
    launch: (launching) => launch(launching, { provider, args }),
    configuration: () => args,
    translate,
    found: (found) => foundState(found, provider),
    conclude,
    decide,
    prepare: (state, wanted, moment) => prepare(state, wanted, moment, place()),
    lines,
    answeredBy,
    isOpened: ({ opening }) => opening.kind === 'open',
    remedy: `install ${command} or correct ACP_AGENTS`,
    awaits: ({ opening: { kind } }) => AWAITED[kind] ?? 'the opening of its session',
    inquiry: inquiryOf(place),
    killTools,
  };
}

const AWAITED: Partial<Record<string, string>> = { greeting: 'the greeting', open: 'a setting' };

/** Claude Code, which adapters run, gives it to hooks and not to tools: what has it is no service that was left on purpose. */
const HOOK_VARIABLE = 'CLAUDE_PROJECT_DIR';

function launch(
  { environment, home, session, before }: Launching<AcpState>,
  { provider, args }: Pick<AcpAgentName, 'provider' | 'args'>,
): Launch<AcpState> {
  const isLost = before?.opening.kind === 'resuming';
  const notice = isLost && session?.wasUsed === true ? allIsLost('the agent did not answer') : null;
  const state = { ...freshState(provider), resumes: isLost ? null : (session?.id ?? null), notice };
  const { [HOOK_VARIABLE]: _, ...env } = environment;
  const strays = { with: [HOOK_VARIABLE] };
  return { args, env: { ...env, HOME: home }, stdin: greeting(), state, strays };
}

/** What the agent said of itself and of the session stands in the head of its output; what was chosen since is not known. */
function foundState({ sessionId, head, turn }: Found<AcpState>, provider: string): AcpState {
  const state = { ...(head ?? freshState(provider)), chosen: {}, isNew: false, costUsd: null };
  if (turn === null) return { ...state, sessionId };
  const { message, delivery, line } = turn;
  const { costUsd } = NoteSchema.parse(delivery.note);
  const known = { ...state, sessionId: delivery.sessionId, costUsd };
  return withTurn(known, { turnId: message.turnId, prompt: promptIn(line) });
}
