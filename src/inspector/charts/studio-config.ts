import type { AnyStateMachine } from 'xstate';

/** A statechart as the JSON that Stately Studio imports: names only, the functions that compute context and input left out. */
export function toStudioConfig({ config }: AnyStateMachine): string {
  return `${JSON.stringify(config, null, 2)}\n`;
}
