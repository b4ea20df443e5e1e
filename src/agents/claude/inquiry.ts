/** What Claude Code tells of itself. */
import { z } from 'zod';
import { ThinkingLevelSchema } from '../../contract/messages.ts';
import type { McpServer } from '../../contract/offers.ts';
import { whenAnswered, type Inquirer } from '../inquiry.ts';
import { requestLine } from './lines.ts';
import type { ClaudeState } from './state.ts';

const CommandSchema = z.object({
  name: z.string().min(1),
  description: z.string().catch(''),
  argumentHint: z.string().optional().catch(undefined),
});

const ModelSchema = z.object({
  value: z.string(),
  resolvedModel: z.string().optional().catch(undefined),
  displayName: z.string(),
  supportedEffortLevels: z.array(z.string()).catch([]),
});

const ServerSchema = z.object({
  name: z.string(),
  status: z.string(),
  error: z.string().optional().catch(undefined),
  tools: z.array(z.object({ name: z.string() })).catch([]),
});

const AnswerSchema = z.object({
  commands: z.array(CommandSchema).catch([]),
  models: z.array(ModelSchema).catch([]),
  mcpServers: z.array(ServerSchema).catch([]),
});

const ABOUT_ITSELF = { initialize: (id: string) => requestLine(id, { subtype: 'initialize' }) };
const ABOUT_MCP = { mcp: (id: string) => requestLine(id, { subtype: 'mcp_status' }) };

export const inquiry: Inquirer<ClaudeState> = {
  commands: (state) =>
    whenAnswered(state, ABOUT_ITSELF, ({ initialize }) => {
      // What begins so is for programs.
      const commands = AnswerSchema.parse(initialize).commands.filter(({ name }) => !name.startsWith('_'));
      return { offer: commands.map(({ name, ...rest }) => ({ command: `/${name}`, ...toCommand(rest) })) };
    }),
  models: (state) =>
    whenAnswered(state, ABOUT_ITSELF, ({ initialize }) => ({
      offer: AnswerSchema.parse(initialize).models.map(toModel),
    })),
  mcp: (state) =>
    whenAnswered(state, ABOUT_MCP, ({ mcp }) => {
      const offer = AnswerSchema.parse(mcp).mcpServers.map(toServer);
      return { offer, isSettling: offer.some((server) => server.state === 'connecting') };
    }),
};

function toCommand({ description, argumentHint }: Omit<z.infer<typeof CommandSchema>, 'name'>) {
  return { description, ...(argumentHint ? { argumentHint } : {}) };
}

function toModel({ value, resolvedModel, displayName, supportedEffortLevels }: z.infer<typeof ModelSchema>) {
  const levels = supportedEffortLevels.flatMap((level) => ThinkingLevelSchema.safeParse(level).data ?? []);
  return { id: value, name: displayName, levels, isDefault: value === 'default', alias: resolvedModel };
}

const STATES: Readonly<Record<string, McpServer['state']>> = {
  connected: 'connected',
  pending: 'connecting',
  disabled: 'disabled',
};

function toServer({ name, status, error, tools }: z.infer<typeof ServerSchema>): McpServer {
  return {
    name,
    state: STATES[status] ?? 'failed',
    tools: tools.map((tool) => tool.name),
    error: error ?? null,
    loginNeeded: status === 'needs-auth',
  };
}
