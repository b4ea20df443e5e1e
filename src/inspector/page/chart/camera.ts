import type { Box } from '../../charts/layout.ts';
import type { ChartDrawing } from './chart-drawing.ts';

const MARGIN = 24;
const LARGEST_SCALE = 2.5;
/** Below this, texts cannot be read: the camera shows a part instead. */
const READABLE_SCALE = 0.72;

/** What of a drawing is seen: moved by mouse, fingers and keys, or by itself towards a state. */
export class Camera {
  readonly #drawing: ChartDrawing;
  readonly #frame: HTMLElement;
  #center = { x: 0, y: 0 };
  #scale = 1;

  constructor(drawing: ChartDrawing, frame: HTMLElement) {
    this.#drawing = drawing;
    this.#frame = frame;
  }

  /** Whether everything can be seen at once, and read. */
  get isLegible(): boolean {
    return this.#fittingScale() >= READABLE_SCALE;
  }

  /** Everything at once. */
  fit(): void {
    const { width, height } = this.#drawing;
    this.#scale = this.#fittingScale();
    this.#center = { x: width / 2, y: height / 2 };
    this.#show();
  }

  /** A state in the middle, unless everything can be seen and read anyway. */
  follow(box: Box | null): void {
    if (box === null || this.isLegible) return this.fit();
    this.#scale = READABLE_SCALE;
    const { clientWidth, clientHeight } = this.#frame;
    this.#center = {
      x: this.#within(box.x + box.width / 2, clientWidth, this.#drawing.width),
      y: this.#within(box.y + box.height / 2, clientHeight, this.#drawing.height),
    };
    this.#show();
  }

  /** By pixels of the screen. */
  pan(dx: number, dy: number): void {
    this.#center = { x: this.#center.x - dx / this.#scale, y: this.#center.y - dy / this.#scale };
    this.#show();
  }

  /** Around a point of the frame; its middle when left out. */
  zoom(factor: number, at?: { x: number; y: number }): void {
    const scale = Math.min(LARGEST_SCALE, Math.max(this.#fittingScale() / 2, this.#scale * factor));
    if (at !== undefined) {
      const { clientWidth, clientHeight } = this.#frame;
      const [dx, dy] = [at.x - clientWidth / 2, at.y - clientHeight / 2];
      this.#center.x += dx / this.#scale - dx / scale;
      this.#center.y += dy / this.#scale - dy / scale;
    }
    this.#scale = scale;
    this.#show();
  }

  /** The centre nearest to `wished` at which the frame shows nothing beyond the drawing. */
  #within(wished: number, framed: number, drawn: number): number {
    const half = framed / this.#scale / 2 - MARGIN / 2;
    return half * 2 >= drawn ? drawn / 2 : Math.min(drawn - half, Math.max(half, wished));
  }

  #fittingScale(): number {
    const { clientWidth, clientHeight } = this.#frame;
    const [across, down] = [
      clientWidth / (this.#drawing.width + MARGIN),
      clientHeight / (this.#drawing.height + MARGIN),
    ];
    return Math.min(1.15, across, down) || 1;
  }

  #show(): void {
    const { clientWidth, clientHeight } = this.#frame;
    const [width, height] = [clientWidth / this.#scale, clientHeight / this.#scale];
    const { x, y } = this.#center;
    this.#drawing.svg.setAttribute('width', '100%');
    this.#drawing.svg.setAttribute('height', '100%');
    this.#drawing.svg.setAttribute('viewBox', `${x - width / 2} ${y - height / 2} ${width} ${height}`);
  }
}
