import type { AnyStateNode, AnyTransitionDefinition } from 'xstate';

/** Longer parameters are texts for people; the machine's source has them. */
const LONGEST_PARAMETER = 20;

/** Where a state lies below the root: `running.working`; empty for the root itself. */
export function nameOfState({ path }: AnyStateNode): string {
  return path.join('.');
}

/** The type of an event in plain words: `agent.said`, `after silentLimit`, `boot is done`, `at once`. */
export function wordsOfEvent(eventType: string): string {
  if (eventType === '') return 'at once';
  const delay = /^xstate\.after\.(.+?)\./.exec(eventType)?.[1];
  if (delay !== undefined) return `after ${delay}`;
  const actor = /^xstate\.(done|error)\.actor\.(.+)$/.exec(eventType);
  if (actor === null) return eventType.replace(/^xstate\./, '');
  const [, how, name] = actor;
  return `${name === '*' ? 'any actor' : name} ${how === 'done' ? 'is done' : 'fails'}`;
}

export function guardName({ guard }: AnyTransitionDefinition): string | null {
  if (guard === undefined) return null;
  return typeof guard === 'string' ? guard : 'type' in guard ? guard.type : 'code';
}

/** The actors a state runs, by name. */
export function actorNames({ invoke }: AnyStateNode): string[] {
  return invoke.map(({ src }) => (typeof src === 'string' ? src : 'code'));
}

/** Actions by name, with their short parameters; XState's own (timers) are left out. */
export function actionNames(actions: readonly unknown[]): string[] {
  return actions.flatMap(nameOfAction);
}

function nameOfAction(action: unknown): string[] {
  if (typeof action === 'string') return [action];
  if (typeof action !== 'object' || action === null || !('type' in action)) return [];
  const parameters = 'params' in action && typeof action.params === 'object' ? (action.params ?? {}) : {};
  const short = Object.values(parameters).filter((value) => String(value).length <= LONGEST_PARAMETER);
  return [`${String(action.type)}${short.length === 0 ? '' : ` (${short.join(', ')})`}`];
}
