/** What Codex asks: which is decided here, which goes to whoever watches the chat, and how answers are put. */
import { z } from 'zod';
import type { Policy } from '../../contract/chats.ts';
import type { AgentRequest, Answer } from '../../contract/requests.ts';
import type { Asking } from '../open-questions.ts';
import { nativeIdOf, requestIdOf } from '../request-ids.ts';
import { decideElicitation, ELICITATION_TOOL, elicitationOf, elicitationResult } from './elicitation.ts';
import { refusalLine, resultLine } from './frames.ts';
import { PERMISSIONS_TOOL, permissionsOf, permissionsResult } from './permissions.ts';
import type { FrameOf } from './protocol.ts';
import type { CodexState } from './state.ts';

type Decision = { kind: 'answer'; line: string } | { kind: 'ask'; asking: Asking };

const COMMAND = 'item/commandExecution/requestApproval';
const FILE_CHANGE = 'item/fileChange/requestApproval';
const QUESTION = 'item/tool/requestUserInput';
const PERMISSIONS = 'item/permissions/requestApproval';
const ELICITATION = 'mcpServer/elicitation/request';
const ANSWERABLE = new Set([COMMAND, FILE_CHANGE, QUESTION, PERMISSIONS, ELICITATION]);

/** The other requests are none that a chat could answer. */
export function isAnswerable({ method }: FrameOf<'request'>): boolean {
  return ANSWERABLE.has(method);
}

const ApprovalSchema = z.looseObject({
  itemId: z.string(),
  command: z.unknown().optional(),
  cwd: z.unknown().optional(),
  reason: z.unknown().optional(),
});

const QuestionsSchema = z.looseObject({
  questions: z.array(z.looseObject({ id: z.string(), question: z.string().catch('') })),
});

export interface Circumstances {
  policy: Policy;
  planMode: boolean;
  runId: string;
  state: CodexState;
}

export function decide(frame: FrameOf<'request'>, circumstances: Circumstances): Decision {
  const { policy, planMode, runId, state } = circumstances;
  const id = requestIdOf(runId, frame.id);
  if (frame.method === ELICITATION) return decideOnElicitation(frame, circumstances);
  if (frame.method === PERMISSIONS) return decideOnPermissions(frame, circumstances);
  if (frame.method === QUESTION) {
    const { data } = QuestionsSchema.safeParse(frame.params);
    if (data === undefined) return refused(frame);
    const { questions } = data;
    const asking = {
      id,
      kind: 'question' as const,
      tool: 'request_user_input',
      input: { questions },
      questions,
    };
    return { kind: 'ask', asking };
  }
  if (planMode) return { kind: 'answer', line: resultLine(frame.id, { decision: 'decline' }) };
  if (policy === 'bypass') return { kind: 'answer', line: resultLine(frame.id, { decision: 'accept' }) };
  const { data } = ApprovalSchema.safeParse(frame.params);
  if (data === undefined) return refused(frame);
  return { kind: 'ask', asking: { id, kind: 'permission', ...toolOf(data, state) } };
}

function decideOnElicitation(frame: FrameOf<'request'>, circumstances: Circumstances): Decision {
  const { id, params } = frame;
  const elicitation = elicitationOf(params);
  if (elicitation === null) return refused(frame);
  const result = decideElicitation(elicitation, circumstances);
  if (result !== null) return { kind: 'answer', line: resultLine(id, result) };
  return { kind: 'ask', asking: { id: requestIdOf(circumstances.runId, id), ...elicitation } };
}

function decideOnPermissions(
  frame: FrameOf<'request'>,
  { policy, planMode, runId }: Circumstances,
): Decision {
  const { id, params } = frame;
  const permissions = permissionsOf(params);
  if (permissions === null) return refused(frame);
  if (policy === 'ask' && !planMode) {
    return { kind: 'ask', asking: { id: requestIdOf(runId, id), kind: 'permission', ...permissions } };
  }
  const decision = planMode ? 'deny' : 'allow';
  return { kind: 'answer', line: resultLine(id, permissionsResult(permissions, { decision })) };
}

function refused({ id, method }: FrameOf<'request'>): Decision {
  return { kind: 'answer', line: refusalLine(id, method) };
}

/** The line that gives an answer to the server. */
export function answerLine(request: AgentRequest, answer: Answer): string {
  const id = nativeIdOf(request);
  if (request.tool === ELICITATION_TOOL) return resultLine(id, elicitationResult(request, answer));
  if (request.tool === PERMISSIONS_TOOL) return resultLine(id, permissionsResult(request, answer));
  if (request.kind === 'question') return resultLine(id, { answers: answersTo(request, answer) });
  return resultLine(id, { decision: answer.decision === 'allow' ? 'accept' : 'decline' });
}

/** What a change consists of is told by its item, not by the question. */
function toolOf(
  { itemId, command, cwd, reason }: z.infer<typeof ApprovalSchema>,
  { openItems }: CodexState,
): { tool: string; input: unknown } {
  if (command !== undefined) return { tool: 'exec_command', input: { command, cwd, reason } };
  const item = openItems.find((open) => open.item.id === itemId)?.item;
  return { tool: 'apply_patch', input: { changes: item?.['changes'] ?? [], reason } };
}

const DECLINED = 'The user declined to answer.';

function answersTo({ input }: AgentRequest, answer: Answer): Record<string, { answers: string[] }> {
  const questions = QuestionsSchema.safeParse(input).data?.questions ?? [];
  const { answers = {}, decision, message = DECLINED } = answer;
  const given = ({ id, question }: { id: string; question: string }) =>
    decision === 'deny' ? message : (answers[id] ?? answers[question]);
  return Object.fromEntries(
    questions.map((question) => {
      const text = given(question);
      return [question.id, { answers: text === undefined ? [] : [text] }];
    }),
  );
}
