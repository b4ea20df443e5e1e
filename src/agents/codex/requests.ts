/** What Codex asks: which is decided here, which goes to whoever watches the chat, and how answers are put. */
import { z } from 'zod';
import type { Policy } from '../../contract/chats.ts';
import type { AgentRequest, Answer } from '../../contract/requests.ts';
import { questionsOf, valuesOf, type Form } from '../forms.ts';
import { nativeIdOf, requestIdOf } from '../json-rpc.ts';
import type { Decision } from '../step.ts';
import { refusalLine, resultLine } from './frames.ts';
import type { FrameOf } from './protocol.ts';
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
    const asked = { tool: 'request_user_input', input: { questions }, questions };
    return { kind: 'ask', asking: { id, kind: 'question', ...asked } };
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

const ElicitationSchema = z.looseObject({
  serverName: z.string().catch(''),
  mode: z.string(),
  message: z.string().optional(),
  url: z.string().optional(),
  requestedSchema: z.unknown().optional(),
});

export const ELICITATION_TOOL = 'mcp_elicitation';

type Elicitation = Omit<AgentRequest, 'id' | 'openedAt' | 'expiresAt'>;

/**
 * Null for what nobody here can answer. A form without fields asks whether something may be done; so does a page to be
 * visited. Only forms have answers to be filled in.
 */
export function elicitationOf(params: unknown): Elicitation | null {
  const { data } = ElicitationSchema.safeParse(params);
  if (data === undefined || data.mode === 'openai/userVerification') return null;
  const { serverName, mode, message, url, requestedSchema } = data;
  const questions = questionsOf(formOf(requestedSchema));
  const isForm = questions.length > 0;
  const page = url === undefined ? {} : { url };
  const input = { serverName, mode, message, ...page, ...(isForm && { requestedSchema }) };
  if (!isForm) return { kind: 'permission', tool: ELICITATION_TOOL, input };
  return { kind: 'question', tool: ELICITATION_TOOL, input, questions };
}

/** What is answered without asking anybody; null when somebody has to be asked. */
export function decideElicitation(
  { kind, input }: Elicitation,
  { policy, planMode }: { policy: Policy; planMode: boolean },
): object | null {
  const isVisit = typeof input === 'object' && input !== null && 'url' in input;
  if (kind !== 'permission' || isVisit) return null;
  if (planMode) return DECLINED;
  return policy === 'bypass' ? accepted({}) : null;
}

export function elicitationResult({ kind, input }: AgentRequest, { decision, answers = {} }: Answer): object {
  if (decision === 'deny') return DECLINED;
  if (kind === 'permission') return accepted({});
  return accepted(valuesOf(formOf(FormInputSchema.parse(input).requestedSchema), answers));
}

const DECLINED = { action: 'decline', content: null, _meta: null };
const FormInputSchema = z.looseObject({ requestedSchema: z.unknown() });

function accepted(content: object): object {
  return { action: 'accept', content, _meta: null };
}

const FieldsSchema = z.looseObject({
  properties: z.record(z.string(), z.looseObject({ title: z.string().optional() })),
});

/** A field without a description asks for what it is called. */
function formOf(schema: unknown): Form {
  const { data } = FieldsSchema.safeParse(schema);
  const fields = Object.entries(data?.properties ?? {});
  const named = fields.map(([name, field]) => [name, { description: field.title ?? name, ...field }]);
  return { message: '', schema: { properties: Object.fromEntries(named) } };
}

const PermissionsSchema = z.looseObject({
  permissions: z.record(z.string(), z.unknown()),
  cwd: z.unknown().optional(),
  reason: z.unknown().optional(),
});

export const PERMISSIONS_TOOL = 'request_permissions';

/** What is asked for; null when it cannot be told. */
export function permissionsOf(params: unknown): Pick<AgentRequest, 'tool' | 'input'> | null {
  const { data } = PermissionsSchema.safeParse(params);
  if (data === undefined) return null;
  const { permissions, cwd, reason } = data;
  return { tool: PERMISSIONS_TOOL, input: { permissions, cwd, reason } };
}

/** Everything that was asked for, or nothing, until the turn is over. */
export function permissionsResult({ input }: Pick<AgentRequest, 'input'>, { decision }: Answer): object {
  const asked = PermissionsSchema.safeParse(input).data?.permissions ?? {};
  const granted = Object.entries(asked).filter(([, value]) => decision === 'allow' && value !== null);
  return { permissions: Object.fromEntries(granted), scope: 'turn' };
}
