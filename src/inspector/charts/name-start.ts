import type { Box, Point } from './layout.ts';
import { HEADER, PADDING } from './measures.ts';

/** Room between an arrow and a name, in pixels. */
const GAP = 8;

/** Where a name begins in the header of a box: at its left, or right of arrows that lead through there. */
export function nameStart(box: Box, width: number, paths: readonly (readonly Point[])[]): number {
  const last = box.x + box.width - PADDING - width;
  const crossed = paths.flatMap((path) => crossingsOf(path, box)).toSorted((one, other) => one - other);
  const starts = [box.x + PADDING, ...crossed.map((x) => x + GAP)];
  const isFree = (start: number) =>
    start <= last && !crossed.some((x) => x > start - GAP && x < start + width + GAP);
  return starts.find(isFree) ?? box.x + PADDING;
}

/** Where a path leads down or up through the header. */
function crossingsOf(path: readonly Point[], { x, y, width }: Box): number[] {
  return path.flatMap((point, index) => {
    const next = path[index + 1];
    if (next === undefined || next.x !== point.x || point.x < x || point.x > x + width) return [];
    const [top, bottom] = [Math.min(point.y, next.y), Math.max(point.y, next.y)];
    return top < y + HEADER && bottom > y ? [point.x] : [];
  });
}
