/** The ids under which what an agent asks is known outside: another process counts from the beginning again. */
import type { QueuedMessage } from '../contract/records.ts';
import type { AgentRequest } from '../contract/requests.ts';
import { IdSchema, type RequestId } from './json-rpc.ts';

export function requestIdOf(runId: string, id: RequestId): string {
  return `${runId}:${JSON.stringify(id)}`;
}

/** The process that asked. */
export function runIdOf({ id }: AgentRequest): string {
  return id.slice(0, id.indexOf(':'));
}

/** The id that the process itself gave. */
export function nativeIdOf({ id }: AgentRequest): RequestId {
  return IdSchema.parse(JSON.parse(id.slice(id.indexOf(':') + 1)));
}

/** Under which id a message is said into a turn: the same after a restart. */
export function steerIdOf({ turnId }: Pick<QueuedMessage, 'turnId'>): string {
  return `steer-${turnId}`;
}
