/** The plan of a message, from being proposed to being carried out, revised or dropped. */
import type { ProtocolCommand } from '../codec.ts';
import { requestIdOf } from '../request-ids.ts';
import type { Ask, Moment } from '../step.ts';
import { finishTurn } from './ending.ts';
import { completed } from './outcome.ts';
import { goOn, roundId } from './rounds.ts';
import type { CodexState, TurnProgress } from './state.ts';
import type { Told } from './told.ts';

/** What is asked about a plan that waits. */
export function planAsk(
  turn: TurnProgress,
  { runId, planPath }: { runId: string; planPath: (file: string) => string },
): Ask[] {
  if (!turn.isPlanned || turn.plan === null) return [];
  const { text: plan, file } = turn.plan;
  const id = `plan-${roundId(turn.clientId, turn)}`;
  const input = { plan, planFilePath: planPath(file) };
  const asking = { id: requestIdOf(runId, id), kind: 'plan' as const, tool: 'proposed_plan', input, plan };
  return [{ id, kind: 'ask', asking }];
}

/** Carries the plan out, revises it, or ends the turn when there is nothing more to say. */
export function decidePlan(
  state: CodexState,
  { answer, unanswered }: Extract<ProtocolCommand, { type: 'answer' }>,
  { policy }: Pick<Moment, 'policy'>,
): Told {
  const { turn } = state;
  if (turn?.isPlanned !== true) return { state };
  const { decision, message, plan } = answer;
  const planMode = decision === 'deny';
  if (unanswered !== undefined || (planMode && !message)) return finishTurn(state, completed(turn), policy);
  const edited =
    !planMode && plan !== undefined && turn.plan !== null ? { plan: { ...turn.plan, text: plan } } : {};
  const text = planMode ? (message ?? '') : goAhead({ message, plan });
  return { ...goOn(state, { planMode, text, policy }), ...edited };
}

function goAhead({ message, plan }: { message: string | undefined; plan: string | undefined }): string {
  const go = plan === undefined ? 'Implement the plan.' : `Implement the plan, which was edited:\n\n${plan}`;
  return message ? `${go}\n\n${message}` : go;
}

/** The name under which the plan of a message is kept: readable, and its own. */
export function planFileName(plan: string, clientId: string): string {
  const title = plan.split('\n').find((line) => /[\p{L}\p{N}]/u.test(line)) ?? '';
  const words = title.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '-');
  const slug = words
    .slice(0, 50)
    .toWellFormed()
    .replaceAll(/^-+|-+$/g, '');
  return `${slug === '' ? 'plan' : slug}-${clientId.slice(0, 8)}.md`;
}
