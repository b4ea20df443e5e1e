export interface Watched {
  /** In milliseconds since 1970. */
  actedAt: number;
  /** When what matches each sign was painted that was not there before. */
  shownAt: number[];
}

/** Runs in a page: waits for a person to act, and for what shows behind that. Needs nothing from outside of itself; watches from its return on. */
export function watchPage({ event, signs }: { event: string; signs: string[] }): { done: Promise<Watched> } {
  const now = () => performance.timeOrigin + performance.now();
  const rowsOf = (sign: string) => [...document.querySelectorAll<HTMLElement>(sign)];
  const placeOf = (row: HTMLElement) => Number(row.getAttribute('aria-posinset'));
  const known = Math.max(0, ...rowsOf('.said').map(placeOf));
  const done = new Promise<Watched>((resolve) => {
    let actedAt = 0;
    const shownAt: number[] = [];
    const look = () => {
      signs.forEach((sign, index) => {
        if (shownAt[index] !== undefined || !rowsOf(sign).some((row) => placeOf(row) > known)) return;
        shownAt[index] = 0;
        setTimeout(() => {
          shownAt[index] = now();
          if (signs.every((_, each) => (shownAt[each] ?? 0) > 0)) resolve({ actedAt, shownAt });
        });
      });
    };
    const observer = new MutationObserver(look);
    const act = () => {
      actedAt = now();
      observer.observe(document.body, { childList: true, subtree: true });
    };
    addEventListener(event, act, { capture: true, once: true });
  });
  return { done };
}
