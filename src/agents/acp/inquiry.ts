/** What an agent tells of itself in a session that nothing is said in. */
import { ThinkingLevelSchema } from '../../contract/messages.ts';
import type { Inquirer, Inquiry } from '../inquiry.ts';
import type { Choice } from './options.ts';
import { begin, type Place } from './prepare.ts';
import type { AcpState } from './state.ts';

export function inquiryOf(place: () => Place): Inquirer<AcpState> {
  return {
    // Nothing says that they are all there is, or that there are none.
    commands: (state) =>
      whenOpen(state, place(), ({ commands }) => ({ offer: commands ?? [], isSettling: commands === null })),
    models: (state) => whenOpen(state, place(), ({ options }) => ({ offer: toModels(options) })),
  };
}

function whenOpen<Offer>(
  state: AcpState,
  place: Place,
  toOffer: (state: AcpState) => { offer: Offer; isSettling?: boolean },
): Inquiry<AcpState, Offer> {
  switch (state.opening.kind) {
    case 'greeted':
      return begin(state, place);
    case 'open':
      return { state, outcome: 'told', ...toOffer(state) };
    case 'refused':
      return { state, outcome: 'failed', failure: state.opening.failure };
    default:
      return { state, outcome: 'waiting' };
  }
}

function toModels({ model, effort }: AcpState['options']) {
  const levels = effort === null ? [] : levelsIn(effort);
  const offered = model?.values ?? [];
  return offered.map(({ value, name }) => ({
    id: value,
    name: name || value,
    levels,
    isDefault: value === model?.current,
  }));
}

function levelsIn({ values }: Choice) {
  return values.flatMap(({ value }) => ThinkingLevelSchema.safeParse(value).data ?? []);
}
