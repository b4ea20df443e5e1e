import type { ActorStep } from '../../client/client.ts';

const GLOW_MS = 1_200;
/** A transition that is taken all the time does not begin to glow anew each time. */
const RENEW_MS = 400;

/** A statechart on the page, its states and transitions lit as an actor moves. */
export class ChartDrawing {
  readonly svg: SVGSVGElement;
  readonly width: number;
  readonly height: number;
  readonly #states: ReadonlyMap<string, Element>;
  readonly #transitions: ReadonlyMap<string, Element[]>;
  readonly #glowing = new Map<string, { since: number; timer: number }>();

  /** `text` is the SVG as the engine draws it. */
  constructor(text: string) {
    const { documentElement } = new DOMParser().parseFromString(withoutStyle(text), 'image/svg+xml');
    this.svg = document.importNode(documentElement, true) as unknown as SVGSVGElement;
    this.width = Number(this.svg.getAttribute('width'));
    this.height = Number(this.svg.getAttribute('height'));
    this.#states = new Map(
      [...this.svg.querySelectorAll('[data-state]')].map((element) => [
        element.getAttribute('data-state') ?? '',
        element,
      ]),
    );
    this.#transitions = indexTransitions(this.svg);
  }

  light(states: readonly string[]): void {
    const active = new Set(['', ...states]);
    for (const [state, element] of this.#states) element.classList.toggle('active', active.has(state));
  }

  glow({ transitions }: Pick<ActorStep, 'transitions'>): void {
    for (const transition of transitions) this.#glow(transition);
  }

  /** Where the innermost of these states lies. */
  boxOf(states: readonly string[]): { x: number; y: number; width: number; height: number } | null {
    const box = this.#states.get(states.at(-1) ?? '')?.querySelector('.box');
    if (!box) return null;
    const [x, y, width, height] = ['x', 'y', 'width', 'height'].map((name) => Number(box.getAttribute(name)));
    return { x: x ?? 0, y: y ?? 0, width: width ?? 0, height: height ?? 0 };
  }

  #glow(transition: string): void {
    const elements = this.#transitions.get(transition) ?? [];
    const before = this.#glowing.get(transition);
    const now = performance.now();
    if (before !== undefined && now - before.since < RENEW_MS) return;
    clearTimeout(before?.timer);
    for (const element of elements) element.classList.add('fired');
    const timer = window.setTimeout(() => {
      this.#glowing.delete(transition);
      for (const element of elements) element.classList.remove('fired');
    }, GLOW_MS);
    this.#glowing.set(transition, { since: now, timer });
  }
}

/** The page has a style of its own for charts, and its policy forbids others. */
function withoutStyle(text: string): string {
  return text.replace(/<style>[^]*?<\/style>/, '');
}

function indexTransitions(svg: Element): Map<string, Element[]> {
  const index = new Map<string, Element[]>();
  const add = (transition: string, element: Element) => {
    index.set(transition, [...(index.get(transition) ?? []), element]);
  };
  for (const label of svg.querySelectorAll('[data-transition]'))
    add(label.getAttribute('data-transition') ?? '', label);
  for (const edge of svg.querySelectorAll('[data-transitions]')) {
    for (const transition of edge.getAttribute('data-transitions')?.split(' ') ?? []) add(transition, edge);
  }
  return index;
}
