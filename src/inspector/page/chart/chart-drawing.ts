import type { ActorStep } from '../../../client/client.ts';
import type { Box } from '../../charts/layout.ts';

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

  /** `text` is the SVG as the engine draws it; `onToggle` gets the path of a state that is to be opened or closed. */
  constructor(text: string, onToggle: (path: string) => void = () => undefined) {
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
    // A picture has nothing in it that can be pressed.
    this.svg.setAttribute('role', 'group');
    for (const [path, element] of this.#states) if (path !== '') addToggle(element, () => onToggle(path));
  }

  /** Puts the focus on what opens and closes a state. */
  focusOn(path: string): void {
    this.#states.get(path)?.querySelector<SVGElement>(':scope > .toggle')?.focus();
  }

  light(states: readonly string[]): void {
    const active = new Set(['', ...states]);
    for (const [state, element] of this.#states) element.classList.toggle('active', active.has(state));
  }

  glow({ transitions }: Pick<ActorStep, 'transitions'>): void {
    for (const transition of transitions) this.#glow(transition);
  }

  /** Where the innermost of these states lies that is drawn. */
  boxOf(states: readonly string[]): Box | null {
    const shown = states.findLast((state) => this.#states.has(state)) ?? '';
    const box = this.#states.get(shown)?.querySelector(':scope > .box');
    return box ? boxOf(box) : null;
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

function boxOf(rect: Element): Box {
  const [x = 0, y = 0, width = 0, height = 0] = ['x', 'y', 'width', 'height'].map((name) =>
    Number(rect.getAttribute(name)),
  );
  return { x, y, width, height };
}

/** As high as the name of a state that has others inside. */
const TOGGLE_PX = 28;

/** Makes a button of the name of a state that has others inside. */
function addToggle(state: Element, toggle: () => void): void {
  const isOpen = state.classList.contains('compound');
  const box = state.querySelector(':scope > .box');
  if (box === null || !(isOpen || state.classList.contains('closed'))) return;
  const { x, y, width, height } = boxOf(box);
  const button = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  const shape = { x, y, width, height: isOpen ? TOGGLE_PX : height, rx: 8 };
  const label = state.querySelector('.name')?.textContent ?? '';
  const said = { class: 'toggle', role: 'button', tabindex: 0, 'aria-expanded': isOpen, 'aria-label': label };
  for (const [name, value] of Object.entries({ ...shape, ...said })) button.setAttribute(name, String(value));
  button.addEventListener('click', toggle);
  button.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    toggle();
  });
  state.append(button);
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
  for (const name of ['data-transition', 'data-transitions']) {
    for (const element of svg.querySelectorAll(`[${name}]`)) {
      for (const transition of element.getAttribute(name)?.split(' ') ?? []) add(transition, element);
    }
  }
  return index;
}
