import { useEffect, useRef, useState } from 'preact/hooks';
import type { Look } from '../../charts/collapse.ts';
import type { PageStore } from '../page-state.ts';
import { WHOLE } from './chart-texts.ts';
import { lookThatFits, useScene, type Scene } from './scene.ts';
import { statesAt } from './states-at.ts';

interface ChartCanvasProps {
  store: PageStore;
  machine: string;
  /** Of the actor whose moves are shown. */
  path: string;
}

/** How much of the chart is shown, and where the camera looks. */
interface View {
  look: Look;
  /**
   * The camera goes where the actor goes; to a state that was opened or closed; or shows everything, or as much as can be read
   * around where the actor stands.
   */
  aim: 'actor' | 'everything' | 'legible' | { path: string };
}

const FOLLOWING: View = { look: WHOLE, aim: 'actor' };

export function ChartCanvas({ store, machine, path }: ChartCanvasProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [view, setView] = useState(FOLLOWING);
  const [isFitting, setFitting] = useState(false);
  const latest = useRef(view);
  latest.current = view;
  /** The size that what is shown was fitted to; null when it was not. */
  const fitted = useRef<string | null>(null);
  const release = () => {
    fitted.current = null;
    if (latest.current.aim === 'actor') setView({ ...latest.current, aim: 'everything' });
  };
  const scene = useScene(frame, { store, machine, look: view.look, onMove: release, onToggle: toggle });
  useEffect(() => (scene === null ? undefined : animate(store, { scene, path, latest })), [scene, path]);
  useEffect(() => {
    if (scene === null || frame.current === null) return undefined;
    aim(store, { scene, path, view });
    const observer = new ResizeObserver(() => {
      aim(store, { scene, path, view: latest.current });
      if (fitted.current !== null && isAnother(fitted.current, frame.current)) void fit();
    });
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, [scene, view]);
  const zoom = (factor: number) => {
    release();
    scene?.camera.zoom(factor);
  };
  return (
    <>
      <div
        ref={frame}
        class="canvas"
        tabIndex={0}
        role="group"
        aria-busy={scene === null}
        aria-label={`Statechart of ${machine}. Arrows move it, plus and minus zoom, 0 shows all of it.`}
      />
      <div class="canvas-tools">
        <span class="dim" role="status">
          {isFitting && 'Laying it out…'}
        </span>
        <button
          type="button"
          aria-pressed={view.aim === 'actor'}
          onClick={() => {
            fitted.current = null;
            setView(view.aim === 'actor' ? { ...view, aim: 'everything' } : FOLLOWING);
          }}
        >
          Follow
        </button>
        <button type="button" onClick={() => void fit()}>
          Fit
        </button>
        <button type="button" aria-label="Zoom out" onClick={() => zoom(0.8)}>
          −
        </button>
        <button type="button" aria-label="Zoom in" onClick={() => zoom(1.25)}>
          +
        </button>
      </div>
    </>
  );

  function toggle(state: string): void {
    const { look } = latest.current;
    const closed = new Set(look.closed);
    if (!closed.delete(state)) closed.add(state);
    fitted.current = null;
    setView({ look: { ...look, closed }, aim: { path: state } });
  }

  async function fit(): Promise<void> {
    const place = frame.current;
    if (place === null) return;
    const size = sizeOf(place);
    fitted.current = size;
    setFitting(true);
    const look = await lookThatFits(store, machine, place).catch(() => latest.current.look);
    setFitting(false);
    // Unless something else was asked for meanwhile.
    if (fitted.current === size) setView({ look, aim: 'legible' });
  }
}

function sizeOf({ clientWidth, clientHeight }: HTMLElement): string {
  return `${clientWidth} ${clientHeight}`;
}

/** One that is not shown has none. */
function isAnother(size: string, place: HTMLElement | null): boolean {
  return place !== null && place.clientWidth > 0 && sizeOf(place) !== size;
}

interface Shown {
  scene: Scene;
  path: string;
}

/** Lights the drawing as the actor moves, or as it stood at the moment that is looked at. */
function animate(
  store: PageStore,
  { scene, path, latest }: Shown & { latest: { current: View } },
): () => void {
  let shown = '';
  let lastNumber = store.state.steps.entries.at(-1)?.number ?? 0;
  const look = () => {
    const { moment, steps } = store.state;
    const states = statesAt(store.state, path);
    for (const step of steps.entries.slice(-100)) {
      if (moment === null && step.number > lastNumber && step.actor === path) scene.drawing.glow(step);
    }
    lastNumber = steps.entries.at(-1)?.number ?? lastNumber;
    const key = `${moment?.number ?? ''} ${states.join()}`;
    if (key === shown) return;
    shown = key;
    if (moment?.actor === path) scene.drawing.glow(moment);
    scene.drawing.light(states);
    if (latest.current.aim === 'actor') scene.camera.follow(scene.drawing.boxOf(states));
  };
  look();
  return store.subscribe(look);
}

function aim(store: PageStore, { scene: { drawing, camera }, path, view }: Shown & { view: View }): void {
  if (view.aim === 'everything') return camera.fit();
  if (view.aim === 'actor' || view.aim === 'legible')
    return camera.follow(drawing.boxOf(statesAt(store.state, path)));
  camera.follow(drawing.boxOf([view.aim.path]));
  if (document.activeElement === document.body) drawing.focusOn(view.aim.path);
}
