import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { rememberedWorkWidth, rememberWorkWidth } from './remembered.ts';

const LEAST = 20;
const MOST = 80;
const STEP = 2;

/** Between the halves of the page: dragged, or moved by the arrows. */
export function Splitter({ panes }: { panes: RefObject<HTMLElement | null> }) {
  const [width, setWidth] = useState(rememberedWorkWidth);
  useEffect(() => {
    panes.current?.style.setProperty('--work-width', `${width}%`);
    rememberWorkWidth(width);
  }, [width]);
  const moveTo = (percent: number) => setWidth(Math.round(Math.min(MOST, Math.max(LEAST, percent))));
  const drag = (event: PointerEvent) => {
    const place = panes.current?.getBoundingClientRect();
    if (event.buttons !== 1 || place === undefined) return;
    moveTo((100 * (event.clientX - place.left)) / place.width);
  };
  return (
    <div
      class="splitter"
      role="separator"
      tabIndex={0}
      aria-label="Width of the work"
      aria-orientation="vertical"
      aria-valuenow={width}
      aria-valuemin={LEAST}
      aria-valuemax={MOST}
      onPointerDown={({ currentTarget, pointerId }) => currentTarget.setPointerCapture(pointerId)}
      onPointerMove={drag}
      onKeyDown={({ key }) => {
        if (key === 'ArrowLeft') moveTo(width - STEP);
        if (key === 'ArrowRight') moveTo(width + STEP);
      }}
    />
  );
}
