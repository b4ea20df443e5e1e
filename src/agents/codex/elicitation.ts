/** What MCP servers ask through Codex: whether a tool may run, what goes into a form, whether a page was visited. */
import { z } from 'zod';
import type { Policy } from '../../contract/chats.ts';
import type { AgentRequest, Answer } from '../../contract/requests.ts';
import { questionsOf, valuesOf, type Form } from '../forms.ts';

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
