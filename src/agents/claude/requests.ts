/** Claude Code's questions: which are decided here, which go to whoever watches the chat, and how answers are put. */
import type { Policy } from '../../contract/chats.ts';
import type { AgentRequest, Answer } from '../../contract/requests.ts';
import type { Asking } from '../open-questions.ts';
import { allowLine, denyLine } from './lines.ts';
import type { PermissionRequest } from './protocol.ts';

export type Decision = { kind: 'allow' } | { kind: 'deny'; message: string } | { kind: 'ask' };

/** These change something, whatever their input; Claude Code asks only for such use of them. */
const CHANGING_TOOLS = new Set(['Bash', 'Write', 'Edit', 'MultiEdit', 'NotebookEdit']);
const QUESTION_TOOL = 'AskUserQuestion';
const PLAN_TOOL = 'ExitPlanMode';

export function decide(
  { request }: PermissionRequest,
  { policy, permissionMode }: { policy: Policy; permissionMode: string | null },
): Decision {
  const { tool_name: tool } = request;
  if (tool === QUESTION_TOOL || tool === PLAN_TOOL) return { kind: 'ask' };
  if (permissionMode === 'plan' && CHANGING_TOOLS.has(tool)) {
    return { kind: 'deny', message: 'Plan mode: nothing may be changed before the plan is approved.' };
  }
  return policy === 'bypass' ? { kind: 'allow' } : { kind: 'ask' };
}

export function toAsking({ request_id: id, request }: PermissionRequest): Asking {
  const { tool_name: tool, input } = request;
  if (tool === QUESTION_TOOL) {
    const { questions } = input;
    return { id, kind: 'question', tool, input, questions: Array.isArray(questions) ? questions : [] };
  }
  if (tool !== PLAN_TOOL) return { id, kind: 'permission', tool, input };
  const { plan } = input;
  return { id, kind: 'plan', tool, input, ...(typeof plan === 'string' ? { plan } : {}) };
}

/** The line that gives an answer to the agent. */
export function answerLine({ id, kind, input }: AgentRequest, answer: Answer): string {
  if (answer.decision === 'deny') return denyLine(id, answer.message ?? 'The user declined.');
  const asked = typeof input === 'object' && input !== null ? input : {};
  if (kind === 'question') return allowLine(id, { ...asked, answers: answer.answers ?? {} });
  return allowLine(id, answer.plan === undefined ? asked : { ...asked, plan: answer.plan });
}
