import { setTimeout as delay } from 'node:timers/promises';
import type { H3Event } from 'h3';
import {
  refuse,
  startReferenceMonolith,
  type MonolithCall,
  type ReferenceMonolith,
  type ReferenceMonolithOptions,
} from '../../src/dev/reference-monolith.ts';

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

export interface FaultyMonolith extends ReferenceMonolith {
  /** What goes wrong from now on. */
  fault: (call: MonolithCall) => Fault | undefined;
}

export interface FaultyMonolithOptions extends Omit<ReferenceMonolithOptions, 'intercept'> {
  /** What goes wrong with a call, if anything does. */
  fault?: FaultyMonolith['fault'] | undefined;
  /** Its clock, in epoch milliseconds, which need not be that of the engine. */
  now?: () => number;
}

/** The reference control plane, with which something may go wrong. */
export async function startFaultyMonolith({
  fault = () => undefined,
  now = Date.now,
  ...options
}: FaultyMonolithOptions): Promise<FaultyMonolith> {
  const monolith = await startReferenceMonolith({
    ...options,
    async intercept(call, event, proceed) {
      const response = await answerFaulty(faulty.fault(call), { event, proceed });
      response.headers.set('date', new Date(now()).toUTCString());
      return response;
    },
  });
  const faulty: FaultyMonolith = Object.assign(monolith, { fault });
  return faulty;
}

async function answerFaulty(
  fault: Fault | undefined,
  { event, proceed }: { event: H3Event; proceed: () => Promise<Response> },
): Promise<Response> {
  const isLate = fault?.isLate === true;
  const early = fault !== undefined && !isLate ? await answerBy(fault, event) : undefined;
  if (early !== undefined) return early;
  const response = await proceed();
  return (isLate ? await answerBy(fault, event) : undefined) ?? response;
}

/** The answer that a fault makes; undefined when the call goes on. */
async function answerBy(fault: Fault, { runtime, req }: H3Event): Promise<Response | undefined> {
  switch (fault.kind) {
    case 'status': {
      const response = refuse(fault.status, fault.code);
      if (fault.retryAfter !== undefined) response.headers.set('retry-after', fault.retryAfter);
      return response;
    }
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
