import { z } from 'zod';
import { HookKindSchema, HookTypeSchema } from './hooks.ts';

/** An agent, as it is installed and logged in here. */
export const CodingAgentSchema = z
  .object({
    available: z.boolean(),
    version: z.string().nullable(),
    authMethod: z.enum(['oauth', 'apiKey', 'bedrock']).nullable(),
    protocol: z.enum(['stream-json', 'app-server', 'acp']),
  })
  .meta({ id: 'CodingAgent' });

export const SkillSchema = z.object({
  name: z.string(),
  description: z.string().optional(),
  /** Whose folder it lies in. */
  agent: z.enum(['claude', 'codex']),
  /** The repository it belongs to; null for one of the home. */
  repoName: z.string().nullable(),
});

export const IntegrationsSchema = z.object({ github: z.boolean(), slack: z.boolean(), linear: z.boolean() });

/** What the workspace has. Of variables the names alone. */
export const WorkspaceEnvironmentSchema = z
  .object({
    engineVersion: z.string(),
    variables: z.array(z.string()),
    skills: z.array(SkillSchema),
    codingAgents: z.record(z.string(), CodingAgentSchema),
    hooks: z.array(z.object({ hookType: HookTypeSchema, hookName: z.string(), kind: HookKindSchema })),
    integrations: IntegrationsSchema,
  })
  .meta({ id: 'WorkspaceEnvironment' });

export type CodingAgent = z.infer<typeof CodingAgentSchema>;
export type Skill = z.infer<typeof SkillSchema>;
export type WorkspaceEnvironment = z.infer<typeof WorkspaceEnvironmentSchema>;
