/** A jump of the wall clock by more than this means that the machine slept, was copied or had its time set. */
const JUMP_MS = 5_000;

const LOOK_EVERY_MS = 1_000;

/** Calls `onJump` when wall time and monotonic time part. Returns the means to stop. */
export function watchClock(onJump: () => void): () => void {
  const distance = () => Date.now() - performance.now();
  let known = distance();
  const timer = setInterval(() => {
    const now = distance();
    if (Math.abs(now - known) > JUMP_MS) onJump();
    known = now;
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
