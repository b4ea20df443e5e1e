import { setTimeout as delay } from 'node:timers/promises';
import type { Heartbeat } from '../contract/monolith.ts';
import type { EngineStatus, Health } from '../contract/status.ts';

export interface HeartbeatOptions {
  workspaceId: string;
  /** 0: never. */
  everyMs: number;
  beat: (heartbeat: Heartbeat) => Promise<void>;
  health: () => Health;
  status: () => EngineStatus;
  outbox: { readonly oldest: { id: string; ts: string } | null; readonly lag: number };
  /** Ends it. */
  signal: AbortSignal;
  pause?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** Tells the control plane that the engine lives, at once and then again and again, each time as things are then. */
export async function keepBeating({
  everyMs,
  beat,
  signal,
  pause = pauseUnheld,
  ...engine
}: HeartbeatOptions): Promise<void> {
  if (everyMs === 0) return;
  const bootTimeMs = Date.now();
  while (!signal.aborted) {
    await Promise.all([beat(heartbeatOf(engine, bootTimeMs)), pause(everyMs, signal)]);
  }
}

/** Keeps no process alive. */
async function pauseUnheld(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal, ref: false }).catch(() => undefined); // it was aborted
}

function heartbeatOf(
  {
    workspaceId,
    health,
    status,
    outbox,
  }: Pick<HeartbeatOptions, 'workspaceId' | 'health' | 'status' | 'outbox'>,
  bootTimeMs: number,
): Heartbeat {
  const { uptimeSeconds, ...counters } = status();
  const { status: readiness, boot } = health();
  const { oldest, lag } = outbox;
  const undelivered = oldest === null ? null : { id: oldest.id, ts: oldest.ts, lag };
  const payload = { bootTimeMs, uptimeSeconds, status: readiness, boot, counters, undelivered };
  return { type: 'engine.heartbeat', ts: new Date().toISOString(), workspaceId, payload };
}
