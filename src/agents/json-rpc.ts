/** The frames of JSON-RPC as agents print them, one line each. */
import { z } from 'zod';
import { parseJson } from '../contract/parse-json.ts';
import type { QueuedMessage } from '../contract/records.ts';
import type { AgentRequest } from '../contract/requests.ts';

const ParamsSchema = z.record(z.string(), z.unknown()).catch({});
type Params = z.infer<typeof ParamsSchema>;

export const IdSchema = z.union([z.string(), z.number()]);
export type RequestId = z.infer<typeof IdSchema>;

const RefusalSchema = z.looseObject({
  code: z.number().catch(0),
  message: z.string().catch(''),
  data: z.unknown().optional(),
});
export type Refusal = z.infer<typeof RefusalSchema>;

export type Frame =
  | { kind: 'request'; method: string; id: RequestId; params: Params }
  | { kind: 'notification'; method: string; params: Params }
  | { kind: 'response'; id: RequestId; result: Params; refusal: Refusal | null };
export type FrameOf<Kind extends Frame['kind']> = Extract<Frame, { kind: Kind }>;

const FrameSchema: z.ZodType<Frame> = z.union([
  z
    .looseObject({ method: z.string(), id: IdSchema, params: ParamsSchema })
    .transform(({ method, id, params }) => ({ kind: 'request' as const, method, id, params })),
  z
    .looseObject({ method: z.string(), params: ParamsSchema })
    .transform(({ method, params }) => ({ kind: 'notification' as const, method, params })),
  z
    .looseObject({ id: IdSchema, result: ParamsSchema.optional(), error: RefusalSchema.optional() })
    .transform(({ id, result, error }) => ({
      kind: 'response' as const,
      id,
      result: result ?? {},
      refusal: error ?? null,
    })),
]);

/** `noise`: something else wrote to the standard output. `damaged`: a frame was cut, so what follows cannot be trusted either. */
export function parseLine(text: string): Frame | 'noise' | 'damaged' {
  const value = parseJson(text);
  if (value === undefined) return text.trimStart().startsWith('{') ? 'damaged' : 'noise';
  return FrameSchema.safeParse(value).data ?? 'noise';
}

/** Which question of the agent a line of ours answers. Messages are long and ask something. */
export function answeredBy(line: string): RequestId | null {
  const answer = line.slice(0, 200).includes('"method"')
    ? null
    : AnswerSchema.safeParse(parseJson(line)).data;
  return answer?.id ?? null;
}

const AnswerSchema = z.object({ id: IdSchema });

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

/** Under which id the turn of a message is asked for: the same after a restart. */
export function turnRequestId(turnId: string): string {
  return `turn-${turnId}`;
}

const ASKED = new RegExp(`^\\{(?:"jsonrpc":"2.0",)?"id":"${turnRequestId('([0-9a-f-]{36})')}"`);

/** The turn that a line of ours asks for; null for any other line. */
export function turnAskedBy(line: string): string | null {
  return ASKED.exec(line)?.[1] ?? null;
}

/** Under which id a message is said into a turn: the same after a restart. */
export function steerIdOf({ turnId }: Pick<QueuedMessage, 'turnId'>): string {
  return `steer-${turnId}`;
}
