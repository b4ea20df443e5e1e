/** What Codex tells of itself. */
import { z } from 'zod';
import { ThinkingLevelSchema } from '../../contract/messages.ts';
import type { McpServer } from '../../contract/offers.ts';
import { whenAnswered, type Answers, type Inquirer, type Inquiry } from '../inquiry.ts';
import { effortOf, requestLine } from './frames.ts';
import type { CodexState } from './state.ts';

const SkillSchema = z.object({
  name: z.string().min(1),
  path: z.string().catch(''),
  description: z.string().catch(''),
  enabled: z.boolean(),
});
const SkillsSchema = z.object({ data: z.array(z.object({ skills: z.array(SkillSchema) })).catch([]) });

export type Skill = z.infer<typeof SkillSchema>;

/** What Codex's own user interface has, and the server a request for. */
const BUILT_IN = [
  { command: '/compact', description: 'Puts a summary in the place of what was said so far.' },
  { command: '/clear', description: 'Begins a conversation that knows nothing of what was said so far.' },
];

const ModelsSchema = z.object({
  data: z
    .array(
      z.object({
        model: z.string(),
        displayName: z.string(),
        hidden: z.boolean().catch(false),
        isDefault: z.boolean().catch(false),
        supportedReasoningEfforts: z.array(z.object({ reasoningEffort: z.string() })).catch([]),
      }),
    )
    .catch([]),
});

const ConfigSchema = z.object({ config: z.object({ model: z.string().nullish() }) });

const ServerSchema = z.object({
  name: z.string(),
  tools: z.record(z.string(), z.unknown()).catch({}),
  toolsError: z.string().nullish(),
  authStatus: z.string().catch(''),
});
const ServersSchema = z.object({ data: z.array(ServerSchema).catch([]) });

export const inquiry: Inquirer<CodexState> = {
  commands: (state) => ask(state, { skills: ['skills/list', skillsOf(state)] }, toCommands),
  models: (state) =>
    ask(
      state,
      { models: ['model/list', {}], config: ['config/read', { cwd: state.folder, includeLayers: false }] },
      toModels,
    ),
  mcp: (state) =>
    ask(state, { servers: ['mcpServerStatus/list', { detail: 'toolsAndAuthOnly' }] }, ({ servers }) =>
      ServersSchema.parse(servers).data.map(toServer),
    ),
};

function skillsOf({ folder }: CodexState) {
  return { cwds: [folder], forceReload: true };
}

export function skillsLine(id: string, state: CodexState): string {
  return requestLine(id, 'skills/list', skillsOf(state));
}

/** The server answers once it was greeted, and has the login that it is handed. */
function ask<Offer>(
  state: CodexState,
  questions: Readonly<Record<string, readonly [method: string, params: object]>>,
  toOffer: (answers: Answers) => Offer,
): Inquiry<CodexState, Offer> {
  if (state.opening.step === 'initialize' || state.account.telling !== null)
    return { state, outcome: 'waiting' };
  const lines = Object.entries(questions).map(
    ([name, [method, params]]) => [name, (id: string) => requestLine(id, method, params)] as const,
  );
  return whenAnswered(state, Object.fromEntries(lines), (answers) => ({ offer: toOffer(answers) }));
}

function toCommands({ skills }: Answers) {
  const found = skillsIn(skills).map(({ name, description }) => ({ command: `/${name}`, description }));
  return [
    ...BUILT_IN,
    ...found.filter((skill) => BUILT_IN.every(({ command }) => command !== skill.command)),
  ];
}

/** Those that are on. */
export function skillsIn(answer: unknown): Skill[] {
  const { data } = SkillsSchema.parse(answer);
  return data.flatMap(({ skills }) => skills).filter(({ enabled }) => enabled);
}

/** The configuration may name a model that is in no list. */
function toModels({ models, config }: Answers) {
  const configured = ConfigSchema.safeParse(config).data?.config.model ?? null;
  const listed = ModelsSchema.parse(models)
    .data.filter(({ model, hidden }) => !hidden || model === configured)
    .map(({ model, displayName, isDefault, supportedReasoningEfforts: efforts }) => ({
      id: model,
      name: displayName,
      levels: efforts.flatMap(({ reasoningEffort }) => levelOf(reasoningEffort)),
      isDefault: configured === null ? isDefault : model === configured,
    }));
  if (configured === null || listed.some(({ isDefault }) => isDefault)) return listed;
  return [{ id: configured, name: configured, levels: [], isDefault: true }, ...listed];
}

/** Levels that are not asked for under their own name are none. */
function levelOf(effort: string) {
  const { data: level } = ThinkingLevelSchema.safeParse(effort);
  return level !== undefined && effortOf(level) === level ? [level] : [];
}

function toServer({ name, tools, toolsError, authStatus }: z.infer<typeof ServerSchema>): McpServer {
  const loginNeeded = authStatus === 'notLoggedIn';
  const error = toolsError ?? null;
  const state = error !== null || loginNeeded ? 'failed' : 'connected';
  return { name, state, tools: Object.keys(tools), error, loginNeeded };
}
