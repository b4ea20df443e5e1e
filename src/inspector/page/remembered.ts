/** What this browser keeps of how the page looks; nothing of a workspace. */

/** The two halves of the page, and what a wide screen shows of them. */
export type View = 'work' | 'machines' | 'both';

const VIEW = 'replicas-engine-view';
const WORK_WIDTH = 'replicas-engine-work-width';

const VIEWS: readonly string[] = ['work', 'machines', 'both'];

export function rememberedView(): View {
  const view = read(VIEW);
  return VIEWS.includes(view) ? (view as View) : 'work';
}

export function showView(store: { update: (change: { view: View }) => void }, view: View): void {
  globalThis.localStorage?.setItem(VIEW, view);
  store.update({ view });
}

/** How much of the page the work takes when both halves are shown, in percent. */
export function rememberedWorkWidth(): number {
  const width = Number(read(WORK_WIDTH));
  return width >= 20 && width <= 80 ? width : 50;
}

export function rememberWorkWidth(percent: number): void {
  globalThis.localStorage?.setItem(WORK_WIDTH, String(percent));
}

function read(key: string): string {
  return globalThis.localStorage?.getItem(key) ?? '';
}
