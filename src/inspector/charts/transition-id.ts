import type { AnyStateNode, AnyTransitionDefinition } from 'xstate';

/** Every transition that leaves a state, those without an event first, as XState tries them. */
export function transitionsOf(state: AnyStateNode): AnyTransitionDefinition[] {
  return [...(state.always ?? []), ...[...state.transitions.values()].flat()];
}

/**
 * Names a transition within its machine: `chat.running.working:agent.said:0`. The same for every machine that was made
 * from one statechart, whatever was provided to it.
 */
export function transitionIdOf(transition: AnyTransitionDefinition): string {
  const { source, eventType } = transition;
  const alternatives: readonly AnyTransitionDefinition[] =
    (eventType === '' ? source.always : source.transitions.get(eventType)) ?? [];
  return `${source.id}:${eventType || 'always'}:${alternatives.indexOf(transition)}`;
}
