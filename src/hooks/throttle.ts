/** Calls `act` soon after a ring, never twice within a time; a ring in between is answered at the end of that time. */
export function createThrottle(everyMs: () => number, act: () => void): { ring(): void; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  let last = Number.NEGATIVE_INFINITY;
  return {
    ring: () => {
      timer ??= setTimeout(
        () => {
          timer = undefined;
          last = performance.now();
          act();
        },
        Math.max(0, last + everyMs() - performance.now()),
      );
    },
    stop: () => clearTimeout(timer),
  };
}
