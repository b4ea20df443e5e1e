import { useRef, useState } from 'preact/hooks';
import { reasonOf } from '../../client/client.ts';

/** Tries what may fail: `trouble` says why it did, until something succeeds. */
export function useTrouble() {
  const [reason, setReason] = useState<string | null>(null);
  const attempt = (work: Promise<unknown>) =>
    void work.then(
      () => setReason(null),
      (error: unknown) => setReason(reasonOf(error)),
    );
  const asked = useRef(0);
  const taken = useRef(0);
  /** Takes what is read; never what was asked for earlier behind what was asked for later. */
  const read = <Value,>(work: Promise<Value>, take: (value: Value) => void) => {
    asked.current += 1;
    const number = asked.current;
    const settle = (why: string | null, act?: () => void) => {
      if (number < taken.current) return;
      taken.current = number;
      setReason(why);
      act?.();
    };
    work.then(
      (value) => settle(null, () => take(value)),
      (error: unknown) => settle(reasonOf(error)),
    );
  };
  const trouble = reason !== null && (
    <p class="refused" role="alert">
      {reason}
    </p>
  );
  return { trouble, attempt, read };
}
