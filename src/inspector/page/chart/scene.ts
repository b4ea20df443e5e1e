import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Look } from '../../charts/collapse.ts';
import type { PageStore } from '../page-state.ts';
import { controlCamera } from './camera-control.ts';
import { Camera } from './camera.ts';
import { ChartDrawing } from './chart-drawing.ts';
import { loadCoarserLooks, loadText, WHOLE } from './chart-texts.ts';

/** A drawing in its frame. */
export interface Scene {
  drawing: ChartDrawing;
  camera: Camera;
}

/** A drawing that could not be had, for the engine was away, is asked for again after so long. */
const RETRY_MS = 2_000;

interface SceneOptions {
  store: PageStore;
  machine: string;
  look: Look;
  /** Somebody moves the camera. */
  onMove: () => void;
  /** A state is to be opened or closed. */
  onToggle: (path: string) => void;
}

/** The drawing of a look, put into the frame once it is there; until then the one before stays. */
export function useScene(frame: RefObject<HTMLDivElement | null>, options: SceneOptions): Scene | null {
  const { store, machine, look, onMove, onToggle } = options;
  const [scene, setScene] = useState<Scene | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const place = frame.current;
    if (place === null) return undefined;
    const stop = new AbortController();
    const { signal } = stop;
    const show = (text: string) => {
      if (signal.aborted) return;
      const drawing = new ChartDrawing(text, onToggle);
      const camera = new Camera(drawing, place);
      place.replaceChildren(drawing.svg);
      signal.addEventListener('abort', controlCamera(place, camera, onMove));
      setScene({ drawing, camera });
    };
    const tryAgain = () => {
      if (signal.aborted) return;
      const retry = setTimeout(() => setAttempt(attempt + 1), RETRY_MS);
      signal.addEventListener('abort', () => clearTimeout(retry));
    };
    void loadText(store.state.client, machine, look).then(show, tryAgain);
    return () => stop.abort();
  }, [machine, look, attempt]);
  return scene;
}

/** The fullest look of which everything can be read at once; the coarsest when there is none. */
export async function lookThatFits(store: PageStore, machine: string, place: HTMLElement): Promise<Look> {
  const { client } = store.state;
  const fits = async (look: Look) =>
    new Camera(new ChartDrawing(await loadText(client, machine, look)), place).isLegible;
  if (await fits(WHOLE)) return WHOLE;
  const looks = await loadCoarserLooks(client, machine);
  for (const look of looks) if (await fits(look)) return look;
  return looks.at(-1) ?? WHOLE;
}
