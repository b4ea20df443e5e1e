export interface Debounced {
  /** Asks for a call once things have been quiet. */
  ask: () => void;
  cancel: () => void;
}

/** Calls `work` once nobody has asked for `quietMs`, but at the latest `mostMs` after the first who did. */
export function debounce(
  work: () => void,
  { quietMs, mostMs }: { quietMs: number; mostMs: number },
): Debounced {
  let timer: NodeJS.Timeout | undefined;
  let dueAt = 0;
  const run = () => {
    timer = undefined;
    work();
  };
  return {
    ask() {
      const now = performance.now();
      if (timer === undefined) dueAt = now + mostMs;
      clearTimeout(timer);
      timer = setTimeout(run, Math.max(0, Math.min(quietMs, dueAt - now)));
      timer.unref();
    },
    cancel() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
