/** What Codex asks: which is decided here, which goes to whoever watches the chat, and how answers are put. */
import { z } from 'zod';
import type { Policy } from '../../contract/chats.ts';
import type { AgentRequest, Answer, StandingOffer } from '../../contract/requests.ts';
import { questionsOf, valuesOf } from '../forms.ts';
import type { FrameOf, RequestId } from '../json-rpc.ts';
import type { Decision } from '../step.ts';
import { refusalLine, resultLine } from './frames.ts';
import type { CodexState } from './state.ts';

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
  availableDecisions: z.unknown().optional(),
});

const QuestionsSchema = z.looseObject({
  questions: z.array(z.looseObject({ id: z.string(), question: z.string().catch('') })),
});

export interface Circumstances {
  policy: Policy;
  planMode: boolean;
  state: CodexState;
}

export function decide(frame: FrameOf<'request'>, circumstances: Circumstances): Decision {
  const { policy, planMode, state } = circumstances;
  if (frame.method === ELICITATION) return decideOnElicitation(frame, circumstances);
  if (frame.method === PERMISSIONS) return decideOnPermissions(frame, circumstances);
  if (frame.method === QUESTION) {
    const { data } = QuestionsSchema.safeParse(frame.params);
    if (data === undefined) return refused(frame);
    const { questions } = data;
    const asked = { tool: 'request_user_input', input: { questions }, questions };
    return { kind: 'ask', asking: { kind: 'question', ...asked } };
  }
  if (planMode) return answered(frame, { decision: 'decline' });
  if (policy === 'bypass') return answered(frame, { decision: 'accept' });
  const { data } = ApprovalSchema.safeParse(frame.params);
  if (data === undefined) return refused(frame);
  const subject = data.command === undefined ? 'changes of these files' : 'this command';
  const always = standingOfferOf(subject, data.availableDecisions);
  return { kind: 'ask', asking: { kind: 'permission', ...toolOf(data, state), ...(always && { always }) } };
}

/**
 * A form without fields asks whether something may be done; so does a page to be visited, which only a person can. Only forms have
 * answers to be filled in.
 */
function decideOnElicitation(frame: FrameOf<'request'>, { policy, planMode }: Circumstances): Decision {
  const { data } = ElicitationSchema.safeParse(frame.params);
  if (data === undefined || data.mode === 'openai/userVerification') return refused(frame);
  const { requestedSchema, url, ...about } = data;
  const questions = questionsOf({ message: '', requestedSchema });
  const page = url === undefined ? {} : { url };
  if (questions.length > 0) {
    const input = { ...about, ...page, requestedSchema };
    return { kind: 'ask', asking: { kind: 'question', tool: ELICITATION_TOOL, input, questions } };
  }
  if (url === undefined && planMode) return answered(frame, DECLINED);
  if (url === undefined && policy === 'bypass') return answered(frame, accepted({}));
  return {
    kind: 'ask',
    asking: { kind: 'permission', tool: ELICITATION_TOOL, input: { ...about, ...page } },
  };
}

function decideOnPermissions(frame: FrameOf<'request'>, { policy, planMode }: Circumstances): Decision {
  const { data: input } = PermissionsSchema.safeParse(frame.params);
  if (input === undefined) return refused(frame);
  if (policy === 'ask' && !planMode) {
    const always = { title: 'these permissions in this session', offer: 'session' };
    return { kind: 'ask', asking: { kind: 'permission', tool: PERMISSIONS_TOOL, input, always } };
  }
  return answered(frame, permissionsResult(input, { decision: planMode ? 'deny' : 'allow' }));
}

function answered({ id }: FrameOf<'request'>, result: object): Decision {
  return { kind: 'answer', line: resultLine(id, result) };
}

function refused({ id, method }: FrameOf<'request'>): Decision {
  return { kind: 'answer', line: refusalLine(id, method) };
}

export function answerLine(id: RequestId, request: AgentRequest, answer: Answer): string {
  if (request.tool === ELICITATION_TOOL) return resultLine(id, elicitationResult(request, answer));
  if (request.tool === PERMISSIONS_TOOL) return resultLine(id, permissionsResult(request.input, answer));
  if (request.kind === 'question') return resultLine(id, { answers: answersTo(request, answer) });
  if (answer.decision === 'deny') return resultLine(id, { decision: 'decline' });
  return resultLine(id, { decision: answer.always === true ? request.always?.offer : 'accept' });
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

const NO_ANSWER = 'The user declined to answer.';

function answersTo({ input }: AgentRequest, answer: Answer): Record<string, { answers: string[] }> {
  const questions = QuestionsSchema.safeParse(input).data?.questions ?? [];
  const { answers = {}, decision, message = NO_ANSWER } = answer;
  const given = ({ id, question }: { id: string; question: string }) =>
    decision === 'deny' ? message : (answers[id] ?? answers[question]);
  return Object.fromEntries(
    questions.map((question) => {
      const text = given(question);
      return [question.id, { answers: text === undefined ? [] : [text] }];
    }),
  );
}

const ElicitationSchema = z.object({
  serverName: z.string().catch(''),
  mode: z.string(),
  message: z.string().optional(),
  url: z.string().optional(),
  requestedSchema: z.unknown().optional(),
});

const ELICITATION_TOOL = 'mcp_elicitation';

function elicitationResult({ kind, input }: AgentRequest, { decision, answers = {} }: Answer): object {
  if (decision === 'deny') return DECLINED;
  if (kind === 'permission') return accepted({});
  return accepted(valuesOf({ ...FormInputSchema.parse(input), message: '' }, answers));
}

const DECLINED = { action: 'decline', content: null, _meta: null };
const FormInputSchema = z.looseObject({ requestedSchema: z.unknown() });

function accepted(content: object): object {
  return { action: 'accept', content, _meta: null };
}

const PermissionsSchema = z.object({
  permissions: z.record(z.string(), z.unknown()),
  cwd: z.unknown().optional(),
  reason: z.unknown().optional(),
});

const PERMISSIONS_TOOL = 'request_permissions';

/** Everything that was asked for, or nothing, until the turn or the session is over. */
function permissionsResult(input: unknown, { decision, always = false }: Answer): object {
  const asked = PermissionsSchema.safeParse(input).data?.permissions ?? {};
  const granted = Object.entries(asked).filter(([, value]) => decision === 'allow' && value !== null);
  return { permissions: Object.fromEntries(granted), scope: always ? 'session' : 'turn' };
}

const FOR_SESSION = 'acceptForSession';
const AmendmentSchema = z.strictObject({
  acceptWithExecpolicyAmendment: z.strictObject({ execpolicy_amendment: z.array(z.string()) }),
});

/** Where it does not list its decisions, it takes all that the protocol has. */
function standingOfferOf(subject: string, decisions: unknown): StandingOffer | null {
  const offers: unknown[] = Array.isArray(decisions) ? decisions : [FOR_SESSION];
  if (offers.includes(FOR_SESSION)) return { title: `${subject} in this session`, offer: FOR_SESSION };
  for (const offer of offers) {
    const { data } = AmendmentSchema.safeParse(offer);
    if (data === undefined) continue;
    const { execpolicy_amendment: words } = data.acceptWithExecpolicyAmendment;
    return { title: `commands that begin with "${words.join(' ')}"`, offer };
  }
  return null;
}
