import { fromPromise } from 'xstate';
import type { DeadLetter, Telling } from '../../machines/outbox.setup.ts';
import type { WebhookEvent } from '../contract/monolith.ts';

export interface TellControlPlaneOptions {
  next: (options: { mayWait: boolean; signal: AbortSignal }) => Promise<WebhookEvent | null>;
  tell: (event: WebhookEvent) => Promise<Telling>;
  keep: (letter: DeadLetter) => Promise<void>;
}

/** What the outbox machine names: finding an event, telling it, keeping one that was refused. */
export function tellControlPlane({ next, tell, keep }: TellControlPlaneOptions) {
  return {
    nextEvent: fromPromise<WebhookEvent | null, { mayWait: boolean }>(({ input, signal }) =>
      next({ ...input, signal }),
    ),
    tellEvent: fromPromise<Telling, WebhookEvent | null>(({ input }) => tell(given(input))),
    keepDeadLetter: fromPromise<void, { event: WebhookEvent | null; reason: string }>(
      ({ input: { event, reason } }) => keep({ event: given(event), reason }),
    ),
  };
}

function given(event: WebhookEvent | null): WebhookEvent {
  if (event === null) throw new Error('There is no event to tell.');
  return event;
}
