import { useEffect, useRef, useState } from 'preact/hooks';
import { controlCamera } from './camera-control.ts';
import { Camera } from './camera.ts';
import { ChartDrawing } from './chart-drawing.ts';
import type { PageStore } from './page-state.ts';
import { useStore } from './store.ts';

/** The statechart of the selected actor, or of the nearest one above it that has one. */
export function ChartView({ store }: { store: PageStore }) {
  const path = useStore(store, ({ selected, actors }) => nearestMachine(selected, actors));
  const machine = useStore(store, ({ actors }) => actors.get(path)?.machine ?? null);
  const states = useStore(store, ({ actors }) => actors.get(path)?.states.join(' › ') ?? '');
  const [isFollowing, setFollowing] = useState(true);
  return (
    <section class="pane chart-pane" aria-labelledby="chart-title">
      <h2 id="chart-title">
        {machine ?? 'Statechart'} <span class="dim">{states}</span>
      </h2>
      {machine === null ? (
        <p class="empty">Nothing with a statechart is selected.</p>
      ) : (
        <Canvas
          key={`${machine} ${path}`}
          store={store}
          machine={machine}
          path={path}
          isFollowing={isFollowing}
          onFollow={setFollowing}
        />
      )}
    </section>
  );
}

/** A drawing that could not be had, for the engine was away, is asked for again after so long. */
const RETRY_MS = 2_000;

interface CanvasProps {
  store: PageStore;
  machine: string;
  path: string;
  isFollowing: boolean;
  onFollow: (isFollowing: boolean) => void;
}

function Canvas({ store, machine, path, isFollowing, onFollow }: CanvasProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [scene, setScene] = useState<{ drawing: ChartDrawing; camera: Camera } | null>(null);
  const [attempt, setAttempt] = useState(0);
  const following = useRef(isFollowing);
  following.current = isFollowing;
  useEffect(() => {
    const place = frame.current;
    if (place === null) return;
    const stop = new AbortController();
    const show = (text: string) => {
      if (stop.signal.aborted) return;
      const drawing = new ChartDrawing(text);
      const camera = new Camera(drawing, place);
      place.replaceChildren(drawing.svg);
      const release = controlCamera(place, camera, () => onFollow(false));
      stop.signal.addEventListener('abort', release);
      setScene({ drawing, camera });
    };
    const tryAgain = () => {
      if (stop.signal.aborted) return;
      const retry = setTimeout(() => setAttempt(attempt + 1), RETRY_MS);
      stop.signal.addEventListener('abort', () => clearTimeout(retry));
    };
    void loadDrawing(store, machine).then(show, tryAgain);
    return () => stop.abort();
  }, [machine, attempt]);
  useEffect(
    () => (scene === null ? undefined : animate(store, { ...scene, path, following })),
    [scene, path],
  );
  useEffect(() => {
    if (isFollowing) look(store, scene, path);
    const observer = new ResizeObserver(() => following.current && look(store, scene, path));
    if (frame.current !== null) observer.observe(frame.current);
    return () => observer.disconnect();
  }, [isFollowing, scene]);
  return (
    <>
      <div
        ref={frame}
        class="canvas"
        tabIndex={0}
        role="group"
        aria-label={`Statechart of ${machine}. Arrows move it, plus and minus zoom, 0 shows all of it.`}
      />
      <div class="canvas-tools">
        <button type="button" aria-pressed={isFollowing} onClick={() => onFollow(!isFollowing)}>
          Follow
        </button>
        <button
          type="button"
          onClick={() => {
            onFollow(false);
            scene?.camera.fit();
          }}
        >
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

  function zoom(factor: number): void {
    onFollow(false);
    scene?.camera.zoom(factor);
  }
}

interface Scene {
  drawing: ChartDrawing;
  camera: Camera;
}

/** Lights the drawing as the actor moves. */
function animate(
  store: PageStore,
  { drawing, camera, path, following }: Scene & { path: string; following: { current: boolean } },
): () => void {
  let shown = '';
  let lastNumber = store.state.steps.entries.at(-1)?.number ?? 0;
  const look = () => {
    const states = store.state.actors.get(path)?.states ?? [];
    for (const step of store.state.steps.entries.slice(-100)) {
      if (step.number > lastNumber && step.actor === path) drawing.glow(step);
    }
    lastNumber = store.state.steps.entries.at(-1)?.number ?? lastNumber;
    if (states.join() === shown) return;
    shown = states.join();
    drawing.light(states);
    if (following.current) camera.follow(drawing.boxOf(states));
  };
  look();
  return store.subscribe(look);
}

function look(store: PageStore, scene: Scene | null, path: string): void {
  if (scene === null) return;
  scene.camera.follow(scene.drawing.boxOf(store.state.actors.get(path)?.states ?? []));
}

const drawings = new Map<string, Promise<string>>();

function loadDrawing(store: PageStore, machine: string): Promise<string> {
  const known = drawings.get(machine) ?? store.state.client.actors.drawing(machine);
  drawings.set(machine, known);
  known.catch(() => drawings.delete(machine));
  return known;
}

function nearestMachine(path: string, actors: PageStore['state']['actors']): string {
  const actor = actors.get(path);
  if (actor === undefined || actor.machine !== null || actor.parent === null) return path;
  return nearestMachine(actor.parent, actors);
}
