export interface LimitOptions {
  /** Work that takes longer makes room for the next: it waits for something, and others need not. */
  holdMs: number;
}

/** Runs work as it comes, at most `most` at a time; the rest waits in order. */
export function createLimit(most: number, { holdMs }: LimitOptions = { holdMs: Number.POSITIVE_INFINITY }) {
  const waiting: (() => void)[] = [];
  let running = 0;
  const leave = () => {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  };
  return async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (running < most) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    const leaveOnce = once(leave);
    const timer = holdMs === Number.POSITIVE_INFINITY ? undefined : setTimeout(leaveOnce, holdMs);
    try {
      return await work();
    } finally {
      clearTimeout(timer);
      leaveOnce();
    }
  };
}

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    work();
  };
}
