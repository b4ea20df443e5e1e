/** The plan of one chat's message, from being proposed to being carried out, revised or dropped. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Policy } from '../../contract/chats.ts';
import type { AgentCommand, TurnEnd } from '../../contract/facts.ts';
import type { Position } from '../../contract/records.ts';
import { filesOf } from '../../process/run.ts';
import type { AgentContext } from '../agent-context.ts';
import { loadInput } from '../delivery-input.ts';
import { keepPlan, planPath } from '../keep-plan.ts';
import type { Asking, OpenQuestions } from '../open-questions.ts';
import { requestIdOf } from '../request-ids.ts';
import { CodexDeliverySchema } from './delivery.ts';
import { nextRoundLine } from './lines.ts';
import { enterRound, roundId, type Round } from './rounds.ts';
import type { CodexProcess } from './process.ts';
import { turnRequestId, type CodexState, type ProposedPlan, type TurnProgress } from './state.ts';

export type Decision = Extract<AgentCommand, { type: 'agent.answer' }>;

export interface PlanningOptions {
  context: Pick<AgentContext, 'paths' | 'payloads' | 'settled' | 'log'>;
  chatId: string;
  policy: Policy;
  questions: OpenQuestions;
}

/** The thread that a plan was proposed in. */
export interface PlannedThread {
  state: CodexState;
  readonly process: CodexProcess | null;
  readonly position: Position | null;
  conclude(end: TurnEnd): void;
}

export class Planning {
  /** How the message reached Codex: what follows is said with the same settings. */
  delivery: unknown = null;
  readonly #options: PlanningOptions;

  constructor(options: PlanningOptions) {
    this.#options = options;
  }

  /** Keeps a plan as a file, a revised one under the name of the first. Without room for it, it is asked about all the same. */
  async keep(plan: ProposedPlan): Promise<void> {
    const { context, chatId } = this.#options;
    try {
      await keepPlan(context.paths, plan);
    } catch (error) {
      context.log.warn({ err: error, chatId, file: plan.file }, 'a plan was not kept as a file');
    }
  }

  ask(turn: TurnProgress, position: Position): void {
    if (turn.plan === null) return;
    const { text: plan, file } = turn.plan;
    const planFilePath = planPath(this.#options.context.paths, file);
    const id = requestIdOf(position.runId, `plan-${roundId(turn.clientId, turn)}`);
    const input = existsSync(planFilePath) ? { plan, planFilePath } : { plan };
    const asking: Asking = { id, kind: 'plan', tool: 'proposed_plan', input, plan };
    this.#options.questions.ask(asking, position);
  }

  /** Carries the plan out, revises it, or ends the turn when there is nothing more to say. */
  async decide({ answer, unanswered }: Decision, thread: PlannedThread): Promise<void> {
    const { turn } = thread.state;
    if (turn?.isPlanned !== true) return;
    const { decision, message, plan } = answer;
    const planMode = decision === 'deny';
    if (unanswered !== undefined || (planMode && !message)) return thread.conclude(completed(turn));
    if (!planMode && plan !== undefined && turn.plan !== null) await this.keep({ ...turn.plan, text: plan });
    await this.goOn(thread, { planMode, text: planMode ? (message ?? '') : goAhead({ message, plan }) });
  }

  /** Begins another round. Without a text Codex goes on with what its thread ends with. */
  async goOn(thread: PlannedThread, { planMode, text }: { planMode: boolean; text: string }): Promise<void> {
    const { context, policy } = this.#options;
    const { input } = CodexDeliverySchema.parse(this.delivery);
    const first = (await loadInput(input, context.payloads)).toString('utf8');
    await context.settled();
    const { process, state } = thread;
    const { turn } = state;
    if (process === null || turn === null || !isOver(turn)) return;
    const round = { round: turn.round + 1, planMode };
    thread.state = enterRound(thread.state, round);
    const id = roundId(turn.clientId, round);
    await process.write(nextRoundLine(first, { id, text, policy, planMode }));
  }

  /** Takes up a plan that was proposed to the last engine, or what was decided on after a round. */
  async takeUp(thread: PlannedThread): Promise<void> {
    const { process, position, state } = thread;
    const { turn } = state;
    if (process === null || position === null || turn === null || !isOver(turn)) return;
    const round = await findNextRound(process, turn);
    if (round === null) this.ask(turn, position);
    else thread.state = enterRound(state, round);
  }
}

/** The round that was decided on before the engine went, if its line reached the server; null otherwise. */
async function findNextRound(
  { run }: CodexProcess,
  { clientId, round: last }: TurnProgress,
): Promise<Round | null> {
  const lines = (await readFile(filesOf(run).stdin, 'utf8')).split('\n').slice(0, -1);
  const rounds = [true, false].map((planMode) => ({ round: last + 1, planMode }));
  const isWritten = (round: Round) => {
    const id = JSON.stringify(turnRequestId(roundId(clientId, round)));
    return lines.some((line) => line.startsWith(`{"id":${id},`) && line.endsWith('}'));
  };
  return rounds.find(isWritten) ?? null;
}

/** Its last round has ended, and whether there is another is still to be decided. */
export function isOver({ isPlanned, refusal }: TurnProgress): boolean {
  return isPlanned || refusal !== null;
}

/** A plan that was proposed is the outcome of its turn. */
export function completed({ usage }: TurnProgress): TurnEnd {
  return { outcome: 'completed', ...(usage === null ? {} : { usage }) };
}

function goAhead({ message, plan }: { message: string | undefined; plan: string | undefined }): string {
  const go = plan === undefined ? 'Implement the plan.' : `Implement the plan, which was edited:\n\n${plan}`;
  return message ? `${go}\n\n${message}` : go;
}
