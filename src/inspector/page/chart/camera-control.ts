import type { Camera } from './camera.ts';

const STEP_PX = 60;

/** Lets people move a camera: drag, wheel, two fingers, arrows, plus and minus. `onMove` is told of each. */
export function controlCamera(frame: HTMLElement, camera: Camera, onMove: () => void): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  const moved = (act: () => void) => {
    onMove();
    act();
  };
  frame.addEventListener('keydown', (event) => KEYS[event.key] && moved(() => handleKey(event, camera)), {
    signal,
  });
  frame.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      moved(() =>
        event.ctrlKey || event.metaKey
          ? camera.zoom(Math.exp(-event.deltaY / 100), pointIn(frame, event))
          : camera.pan(-event.deltaX, -event.deltaY),
      );
    },
    { signal, passive: false },
  );
  controlByPointers(frame, { camera, moved, signal });
  return () => stop.abort();
}

const KEYS: Record<string, (camera: Camera) => void> = {
  ArrowLeft: (camera) => camera.pan(STEP_PX, 0),
  ArrowRight: (camera) => camera.pan(-STEP_PX, 0),
  ArrowUp: (camera) => camera.pan(0, STEP_PX),
  ArrowDown: (camera) => camera.pan(0, -STEP_PX),
  '+': (camera) => camera.zoom(1.25),
  '=': (camera) => camera.zoom(1.25),
  '-': (camera) => camera.zoom(0.8),
  '0': (camera) => camera.fit(),
};

function handleKey(event: KeyboardEvent, camera: Camera): void {
  event.preventDefault();
  KEYS[event.key]?.(camera);
}

interface PointerParts {
  camera: Camera;
  moved: (act: () => void) => void;
  signal: AbortSignal;
}

function controlByPointers(frame: HTMLElement, { camera, moved, signal }: PointerParts): void {
  const pointers = new Map<number, { x: number; y: number }>();
  const forget = ({ pointerId }: PointerEvent) => pointers.delete(pointerId);
  const down = (event: PointerEvent) => {
    // Whoever holds the pointer gets the click as well.
    if (event.button !== 0 || (event.target instanceof Element && event.target.matches('.toggle'))) return;
    frame.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  };
  const move = (event: PointerEvent) => {
    const before = pointers.get(event.pointerId);
    if (before === undefined) return;
    const now = { x: event.clientX, y: event.clientY };
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    pointers.set(event.pointerId, now);
    if (other === undefined) moved(() => camera.pan(now.x - before.x, now.y - before.y));
    else moved(() => camera.zoom(distance(now, other) / distance(before, other), pointIn(frame, event)));
  };
  frame.addEventListener('pointerdown', down, { signal });
  frame.addEventListener('pointermove', move, { signal });
  for (const type of ['pointerup', 'pointercancel'] as const)
    frame.addEventListener(type, forget, { signal });
}

function pointIn(frame: HTMLElement, { clientX, clientY }: MouseEvent): { x: number; y: number } {
  const { left, top } = frame.getBoundingClientRect();
  return { x: clientX - left, y: clientY - top };
}

function distance(one: { x: number; y: number }, other: { x: number; y: number }): number {
  return Math.max(1, Math.hypot(one.x - other.x, one.y - other.y));
}
