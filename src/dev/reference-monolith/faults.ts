import { setTimeout as delay } from 'node:timers/promises';
import type { H3Event } from 'h3';

/** What may go wrong with one call. `isLate`: only once the call has had its effect, so that it is repeated. */
export type Fault = { isLate?: boolean } & (
  | { kind: 'status'; status: number; code?: string; retryAfter?: string }
  | { kind: 'slow'; milliseconds: number }
  /** Never answered. */
  | { kind: 'silent' }
  /** The connection is cut. */
  | { kind: 'cut' }
  | { kind: 'redirect'; location: string }
  /** 200 with a body that is not what it should be. */
  | { kind: 'malformed'; body: string; type?: string }
);

/** The answer that a fault makes; undefined when the call goes on. */
export async function answerBy(fault: Fault, { runtime, req }: H3Event): Promise<Response | undefined> {
  switch (fault.kind) {
    case 'status':
      return refusal(fault);
    case 'redirect':
      return new Response(null, { status: 307, headers: { location: fault.location } });
    case 'malformed':
      return new Response(fault.body, { headers: { 'content-type': fault.type ?? 'application/json' } });
    case 'slow':
      await delay(fault.milliseconds, undefined, { signal: req.signal }).catch(() => undefined);
      return undefined;
    case 'cut':
      runtime?.node?.res?.destroy();
      return NEVER;
    case 'silent':
      return NEVER;
  }
}

const NEVER = new Promise<never>(() => undefined);

/** A refusal in the shape of the engine's own. */
export function refusal({
  status,
  code,
  retryAfter,
}: {
  status: number;
  code?: string;
  retryAfter?: string;
}): Response {
  const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
  return Response.json({ error: `Refused with ${status}.`, code: code ?? 'refused' }, { status, headers });
}
