/** Claude Code's questions: which are decided here, which go to whoever watches the chat, and how answers are put. */
import { z } from 'zod';
import type { AgentRequest, Answer, StandingOffer } from '../../contract/requests.ts';
import type { Asking } from '../open-questions.ts';
import type { Ask, Circumstances } from '../step.ts';
import { allowLine, denyLine, unsupportedLine } from './lines.ts';
import { permissionRequestOf, type LineOf, type PermissionRequest } from './protocol.ts';

/** These change something, whatever their input; Claude Code asks only for such use of them. */
const CHANGING_TOOLS = new Set(['Bash', 'Write', 'Edit', 'MultiEdit', 'NotebookEdit']);
const QUESTION_TOOL = 'AskUserQuestion';
const PLAN_TOOL = 'ExitPlanMode';

/** What is to be done about a question; one that nobody here knows waits for an answer all the same. */
export function askOf(
  line: LineOf<'control_request'>,
  { policy, permissionMode }: Pick<Circumstances, 'policy'> & { permissionMode: string | null },
): Ask {
  const { request_id: id, request } = line;
  const permission = permissionRequestOf(line);
  if (permission === null) return { id, kind: 'answer', line: unsupportedLine(id, request.subtype) };
  const { tool_name: tool, input } = permission.request;
  const ask = { id, kind: 'ask', asking: askingOf(permission) } as const;
  if (tool === QUESTION_TOOL || tool === PLAN_TOOL) return ask;
  if (permissionMode === 'plan' && CHANGING_TOOLS.has(tool)) {
    const reason = 'Plan mode: nothing may be changed before the plan is approved.';
    return { id, kind: 'answer', line: denyLine(id, reason) };
  }
  return policy === 'bypass' ? { id, kind: 'answer', line: allowLine(id, input) } : ask;
}

function askingOf({ request }: PermissionRequest): Asking {
  const { tool_name: tool, input, permission_suggestions: suggestions } = request;
  if (tool === QUESTION_TOOL) {
    const { questions } = input;
    return { kind: 'question', tool, input, questions: Array.isArray(questions) ? questions : [] };
  }
  if (tool !== PLAN_TOOL) {
    const always = standingOfferOf(suggestions);
    return { kind: 'permission', tool, input, ...(always && { always }) };
  }
  const { plan } = input;
  return { kind: 'plan', tool, input, ...(typeof plan === 'string' ? { plan } : {}) };
}

export function answerLine(id: string, { kind, input, always }: AgentRequest, answer: Answer): string {
  if (answer.decision === 'deny') return denyLine(id, answer.message ?? 'The user declined.');
  const asked = typeof input === 'object' && input !== null ? input : {};
  if (kind === 'question') return allowLine(id, { ...asked, answers: answer.answers ?? {} });
  if (answer.always === true) return allowLine(id, asked, always?.offer);
  return allowLine(id, answer.plan === undefined ? asked : { ...asked, plan: answer.plan });
}

const AnswerSchema = z.looseObject({
  type: z.literal('control_response'),
  response: z.looseObject({ request_id: z.string() }),
});

/** Messages are long and answer nothing. */
export function answeredBy(line: string): string | null {
  if (!line.startsWith('{"type":"control_response"')) return null;
  return AnswerSchema.parse(JSON.parse(line)).response.request_id;
}

const destination = z.string().catch('session');
const SuggestionSchema = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('addRules'),
    behavior: z.literal('allow'),
    rules: z.array(z.looseObject({ toolName: z.string(), ruleContent: z.string().optional() })),
    destination,
  }),
  z.looseObject({ type: z.literal('setMode'), mode: z.literal('acceptEdits'), destination }),
  z.looseObject({ type: z.literal('addDirectories'), directories: z.array(z.string()), destination }),
]);
const SuggestionsSchema = z.array(SuggestionSchema).min(1);

type Suggestion = z.infer<typeof SuggestionSchema>;

/** Null for one that cannot be put in words: nobody would know what they allow. */
export function standingOfferOf(suggestions: unknown): StandingOffer | null {
  const { data } = SuggestionsSchema.safeParse(suggestions);
  if (data === undefined) return null;
  const parts = data.map((suggestion) => `${allowedBy(suggestion)} ${placeOf(suggestion)}`);
  return { title: parts.join(', '), offer: suggestions };
}

function allowedBy(suggestion: Suggestion): string {
  switch (suggestion.type) {
    case 'setMode':
      return 'all edits of files';
    case 'addDirectories':
      return `all in ${suggestion.directories.join(', ')}`;
    case 'addRules':
      return suggestion.rules
        .map(({ toolName, ruleContent }) =>
          ruleContent === undefined ? toolName : `${toolName}(${ruleContent})`,
        )
        .join(', ');
  }
}

function placeOf({ destination: place }: Suggestion): string {
  if (place === 'session') return 'in this session';
  return place === 'userSettings' ? 'everywhere' : 'in this project';
}
