import { useState } from 'preact/hooks';
import { reasonOf } from './reason-of.ts';

/** Tries what may fail: `trouble` says why it did, until something succeeds. */
export function useTrouble() {
  const [reason, setReason] = useState<string | null>(null);
  const attempt = (work: Promise<unknown>) =>
    void work.then(
      () => setReason(null),
      (error: unknown) => setReason(reasonOf(error)),
    );
  const trouble = reason !== null && (
    <p class="refused" role="alert">
      {reason}
    </p>
  );
  return { trouble, attempt };
}
