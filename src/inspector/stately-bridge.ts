import type { AnyActorRef, InspectionEvent } from 'xstate';
import { abridge } from './abridge.ts';
import { actorsBelow } from './actor-views.ts';
import { observe, type OnTrouble } from './observe.ts';

export interface StatelyBridgeOptions {
  /** Where a receiver of `@statelyai/inspect` listens: `ws://127.0.0.1:8080`. */
  url: string;
  redact: (text: string) => string;
  onTrouble: OnTrouble;
}

/** What agents and hooks print: by far the most events, and none that moves a machine for long. */
const PRINTED: ReadonlySet<string> = new Set(['agent.said', 'agent.stirred', 'output.printed']);

/** Tells Stately's inspector what the actors below `root` do. Returns what ends that. */
export async function bridgeToStately(
  root: AnyActorRef,
  { url, redact, onTrouble }: StatelyBridgeOptions,
): Promise<() => void> {
  const { createWebSocketInspector } = await import('@statelyai/inspect');
  const inspector = createWebSocketInspector({
    url,
    sanitizeContext: (context) => Object(abridge(context, redact)),
    sanitizeEvent: ({ type, ...event }) => ({ type, ...Object(abridge(event, redact)) }),
  });
  for (const actor of actorsBelow(root)) {
    const { status, value, context } = actor.getSnapshot();
    inspector.actor(actor, { status, value, context });
  }
  const tell = (event: InspectionEvent) => {
    if (!isPrinted(event)) inspector.inspect.next?.(event);
  };
  const listening = observe(root, tell, onTrouble);
  return () => {
    listening.unsubscribe();
    inspector.stop();
  };
}

function isPrinted(event: InspectionEvent): boolean {
  return 'event' in event && PRINTED.has(event.event.type);
}
