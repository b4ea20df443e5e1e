import type { AnyTransitionDefinition } from 'xstate';
import { actionNames, guardName, nameOfState, wordsOfEvent } from '../../src/inspector/charts/words.ts';

/** What takes a transition, as Markdown: names as code, the rest as text. */
export function eventText({ eventType }: AnyTransitionDefinition): string {
  if (eventType === '') return '_at once_';
  if (!eventType.startsWith('xstate.')) return `\`${eventType}\``;
  const words = wordsOfEvent(eventType);
  return words.startsWith('any actor')
    ? words
    : words.replace(/(?<=^after ).+|^\S+(?= (?:is done|fails)$)/, '`$&`');
}

export function guardText(transition: AnyTransitionDefinition): string {
  const guard = guardName(transition);
  return guard === null ? '' : `\`${guard}\``;
}

export function targetText({ target, reenter, source }: AnyTransitionDefinition): string {
  if (target === undefined) return '_stays_';
  const names = target.map((state) => `\`${nameOfState(state)}\``).join(', ');
  return reenter && target.includes(source) ? `${names} (again)` : names;
}

export function actionsText(actions: readonly unknown[]): string {
  return actionNames(actions)
    .map((action) => action.replace(/^\S+/, '`$&`'))
    .join(', ');
}
