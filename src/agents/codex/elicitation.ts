/** What MCP servers ask through Codex: whether a tool may run, what goes into a form, whether a page was visited. */
import { z } from 'zod';
import type { Policy } from '../../contract/chats.ts';
import type { AgentRequest, Answer } from '../../contract/requests.ts';

const FieldSchema = z.looseObject({
  type: z.string().catch('string'),
  title: z.string().optional().catch(undefined),
  description: z.string().optional().catch(undefined),
  enum: z.array(z.string()).optional().catch(undefined),
  oneOf: z
    .array(z.looseObject({ const: z.string(), title: z.string().optional() }))
    .optional()
    .catch(undefined),
  items: z
    .looseObject({ enum: z.array(z.string()).optional().catch(undefined) })
    .optional()
    .catch(undefined),
});
type Field = z.infer<typeof FieldSchema>;

const FormSchema = z
  .looseObject({ properties: z.record(z.string(), FieldSchema).catch({}) })
  .catch({ properties: {} });

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
  const fields = fieldsOf(requestedSchema);
  const names = Object.keys(fields);
  const input = {
    serverName,
    mode,
    message,
    ...(url === undefined ? {} : { url }),
    ...(names.length > 0 && { requestedSchema }),
  };
  if (names.length === 0) return { kind: 'permission', tool: ELICITATION_TOOL, input };
  const questions = names.map((name) => toQuestion(name, fields[name]!));
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
  return policy === 'bypass' ? { action: 'accept', content: {}, _meta: null } : null;
}

export function elicitationResult({ kind, input }: AgentRequest, { decision, answers = {} }: Answer): object {
  if (decision === 'deny') return DECLINED;
  if (kind === 'permission') return { action: 'accept', content: {}, _meta: null };
  const fields = fieldsOf(FormInputSchema.parse(input).requestedSchema);
  const content = Object.entries(fields).flatMap(([name, field]) => {
    const answer = answers[name] ?? answers[questionOf(name, field)];
    return answer === undefined ? [] : [[name, toValue(answer, field)] as const];
  });
  return { action: 'accept', content: Object.fromEntries(content), _meta: null };
}

const DECLINED = { action: 'decline', content: null, _meta: null };
const FormInputSchema = z.looseObject({ requestedSchema: z.unknown() });

function fieldsOf(schema: unknown): Record<string, Field> {
  return FormSchema.parse(schema ?? {}).properties;
}

function questionOf(name: string, { title, description }: Field): string {
  return description ?? title ?? name;
}

function toQuestion(name: string, field: Field): object {
  const { type, title, oneOf, items } = field;
  const labels =
    field.enum ??
    oneOf?.map((one) => one.const) ??
    items?.enum ??
    (type === 'boolean' ? ['true', 'false'] : []);
  const options = labels.map((label) => ({
    label,
    description: oneOf?.find((one) => one.const === label)?.title ?? '',
  }));
  return {
    id: name,
    header: title ?? name,
    question: questionOf(name, field),
    multiSelect: type === 'array',
    options,
  };
}

/** Answers are text; the form says what they stand for. */
function toValue(answer: string, { type }: Field): unknown {
  const text = answer.trim();
  if (type === 'boolean') return /^(true|yes|on|1)$/i.test(text);
  if (type === 'array')
    return text
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== '');
  const number = Number(text);
  return (type === 'number' || type === 'integer') && text !== '' && !Number.isNaN(number) ? number : answer;
}
