/** Permissions beyond its sandbox that Codex asks for by themselves, not for one command. */
import { z } from 'zod';
import type { AgentRequest, Answer } from '../../contract/requests.ts';

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
