/** What an agent is asked about itself, and what it answers, in one vocabulary. */
import type { Failure } from '../contract/chats.ts';
import type { ThinkingLevel } from '../contract/messages.ts';
import type { McpServer, SlashCommand } from '../contract/offers.ts';
import type { Moment, Step } from './step.ts';

export interface Offers {
  commands: readonly Omit<SlashCommand, 'providers'>[];
  models: readonly OfferedModel[];
  mcp: readonly McpServer[];
}
export type Topic = keyof Offers;

export interface OfferedModel {
  id: string;
  name: string;
  levels: readonly ThinkingLevel[];
  isDefault: boolean;
  /** What else the agent calls it. */
  alias?: string | undefined;
}

export type Inquiry<State, Offer> = Step<State> &
  (
    | { outcome: 'waiting' }
    /** `isSettling`: there may be more in a moment. */
    | { outcome: 'told'; offer: Offer; isSettling?: boolean }
    | { outcome: 'failed'; failure: Failure }
  );

/** Asked step by step, again after each line, until it is told. What is left out cannot be told. */
export type Inquirer<State> = { readonly [About in Topic]?: Asker<State, Offers[About]>['ask'] };

/** As a method: whoever asks knows nothing of the state. */
interface Asker<State, Offer> {
  ask(state: State, moment: Moment): Inquiry<State, Offer>;
}

/** What came of asking. */
export type Told<About extends Topic> =
  { kind: 'told'; offer: Offers[About] } | { kind: 'failed'; failure: Failure } | { kind: 'unsupported' };

/** Questions of ours about the agent itself, by their ids, with the answers; null until there is one. */
export type Answers = Readonly<Record<string, unknown>>;

const PREFIX = 'inquiry-';

/** The state with the answer; null when nothing of the kind was asked under the id. */
export function withAnswer<State extends { answers: Answers }>(
  state: State,
  id: unknown,
  answer: unknown,
): State | null {
  if (typeof id !== 'string' || !id.startsWith(PREFIX)) return null;
  return { ...state, answers: { ...state.answers, [id]: answer ?? {} } };
}

/** Asks each question once; told when all have an answer, which is then forgotten. */
export function whenAnswered<State extends { answers: Answers }, Offer>(
  state: State,
  questions: Readonly<Record<string, (id: string) => string>>,
  toOffer: (answers: Answers) => { offer: Offer; isSettling?: boolean },
): Inquiry<State, Offer> {
  const asked = Object.entries(questions).map(([name, toLine]) => ({ name, toLine, id: PREFIX + name }));
  const open = asked.filter(({ id }) => !(id in state.answers));
  if (open.length > 0) {
    const answers = { ...state.answers, ...Object.fromEntries(open.map(({ id }) => [id, null])) };
    const lines = open.map(({ id, toLine }) => toLine(id));
    return { state: { ...state, answers }, lines, outcome: 'waiting' };
  }
  const found = asked.map(({ name, id }) => [name, state.answers[id]] as const);
  if (found.some(([, answer]) => answer === null)) return { state, outcome: 'waiting' };
  return { state: { ...state, answers: {} }, outcome: 'told', ...toOffer(Object.fromEntries(found)) };
}
