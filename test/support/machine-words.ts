import type { AnyStateNode, AnyTransitionDefinition } from 'xstate';

/** Longer parameters are texts for people; the machine's source has them. */
const LONGEST_PARAMETER = 20;

/** Where a state lies below the root: `running.working`; empty for the root itself. */
export function nameOfState({ path }: AnyStateNode): string {
  return path.join('.');
}

export function eventText({ eventType }: AnyTransitionDefinition): string {
  if (eventType === '') return '_at once_';
  const delay = /^xstate\.after\.(.+?)\./.exec(eventType)?.[1];
  if (delay !== undefined) return `after \`${delay}\``;
  const actor = /^xstate\.(done|error)\.actor\.(.+)$/.exec(eventType);
  if (actor === null) return `\`${eventType}\``;
  const [, how, name] = actor;
  const who = name === '*' ? 'any actor' : `\`${name}\``;
  return `${who} ${how === 'done' ? 'is done' : 'fails'}`;
}

export function guardText({ guard }: AnyTransitionDefinition): string {
  if (guard === undefined) return '';
  return `\`${typeof guard === 'string' ? guard : 'type' in guard ? guard.type : 'code'}\``;
}

export function targetText({ target, reenter, source }: AnyTransitionDefinition): string {
  if (target === undefined) return '_stays_';
  const names = target.map((state) => `\`${nameOfState(state)}\``).join(', ');
  return reenter && target.includes(source) ? `${names} (again)` : names;
}

/** The actors a state runs, by name. */
export function actorNames({ invoke }: AnyStateNode): string[] {
  return invoke.map(({ src }) => (typeof src === 'string' ? src : 'code'));
}

/** Actions by name, with their short parameters; XState's own (timers) are left out. */
export function actionsText(actions: readonly unknown[]): string {
  return actions.flatMap(actionText).join(', ');
}

function actionText(action: unknown): string[] {
  if (typeof action === 'string') return [`\`${action}\``];
  if (typeof action !== 'object' || action === null || !('type' in action)) return [];
  const parameters = 'params' in action && typeof action.params === 'object' ? (action.params ?? {}) : {};
  const short = Object.values(parameters).filter((value) => String(value).length <= LONGEST_PARAMETER);
  return [`\`${String(action.type)}\`${short.length === 0 ? '' : ` (${short.join(', ')})`}`];
}
