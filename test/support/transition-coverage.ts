import type { AnyStateNode, AnyTransitionDefinition, InspectionEvent } from 'xstate';

/** Collects which transitions of a machine were taken, to tell which were not. */
export function createTransitionCoverage(root: AnyStateNode) {
  const taken = new Set<AnyTransitionDefinition>();
  return {
    inspect: (event: InspectionEvent): void => {
      if (event.type !== '@xstate.microstep') return;
      for (const transition of event._transitions) taken.add(transition);
    },
    missing: (): string[] =>
      transitionsBelow(root).flatMap((transition) => (taken.has(transition) ? [] : [nameOf(transition)])),
  };
}

export function transitionsBelow(node: AnyStateNode): AnyTransitionDefinition[] {
  const own = [...node.transitions.values()].flat();
  const below = Object.values(node.states).flatMap(transitionsBelow);
  return [...own, ...(node.always ?? []), ...below];
}

function nameOf({ source, eventType, guard, target }: AnyTransitionDefinition): string {
  const condition = typeof guard === 'string' ? ` [${guard}]` : '';
  const targets = target?.map(({ id }) => id).join(', ') ?? 'stays';
  return `${source.id} × ${eventType || 'always'}${condition} → ${targets}`;
}
