/** Opens the session of a chat and makes the settings that a message asks for, as far as the agent offers them. */
import { methods } from '@agentclientprotocol/sdk';
import { z } from 'zod';
import { AmountSchema } from '../../contract/bounds.ts';
import type { Failure } from '../../contract/chats.ts';
import type { Wanted } from '../codec.ts';
import { allIsLost } from '../context-loss.ts';
import type { Moment, Preparation } from '../step.ts';
import { blocksOf, promptLine, requestLine } from './frames.ts';
import { effortFor, planModeOf, workModeOf, type OptionName } from './options.ts';
import { OPEN_ID, type AcpState } from './state.ts';

/** What a delivery keeps for whoever takes the turn up: what the session had cost before. */
export const NoteSchema = z.object({ costUsd: AmountSchema.nullable().catch(null) });

export interface Place {
  title: string;
  folder: string;
  systemPrompt: string | undefined;
}

type Step = Preparation<AcpState>;

export function prepare(state: AcpState, wanted: Wanted, { now }: Moment, place: Place): Step {
  switch (state.opening.kind) {
    case 'greeted':
      return state.resumes === null ? begin(state, place) : resume(state, state.resumes, place);
    case 'open':
      return makeSettings(state, wanted, { now, title: place.title });
    case 'refused':
      return { state, outcome: 'refused', failure: state.opening.failure };
    default:
      return { state, outcome: 'waiting' };
  }
}

export function begin(state: AcpState, { folder, systemPrompt: append }: Place) {
  // The protocol has no word for it; agents that know this one add it to their instructions.
  const instructions = append === undefined ? {} : { _meta: { systemPrompt: { append } } };
  const params = { cwd: folder, mcpServers: [], ...instructions };
  const line = requestLine(OPEN_ID, methods.agent.session.new, params);
  const opening = { kind: 'beginning' as const };
  return { state: { ...state, opening }, lines: [line], outcome: 'waiting' as const };
}

/** An agent that can take a session up does; one that can only load it repeats what was said, which is passed over. */
function resume(state: AcpState, sessionId: string, place: Place): Step {
  const { resume: canResume, load } = state.capabilities;
  if (!canResume && !load) {
    const notice = allIsLost('the agent keeps no sessions');
    return begin({ ...state, resumes: null, notice }, place);
  }
  const method = canResume ? methods.agent.session.resume : methods.agent.session.load;
  const line = requestLine(OPEN_ID, method, { cwd: place.folder, mcpServers: [], sessionId });
  const opening = { kind: 'resuming' as const };
  return {
    state: { ...state, sessionId, isReplaying: !canResume, opening },
    lines: [line],
    outcome: 'waiting',
  };
}

/** The model comes first: what else there is to choose may depend on it. */
const SETTINGS: ((state: AcpState, wanted: Wanted, title: string) => Choosing)[] = [model, effort, mode];

/** Which value of an option is to hold; null for as it is. */
type Choosing = { name: OptionName; value: string | null } | Failure;

function makeSettings(state: AcpState, wanted: Wanted, { now, title }: { now: Date; title: string }): Step {
  const { setting } = state;
  if (setting !== null) {
    if (setting.refusal === null) return { state, outcome: 'waiting' };
    const { name, refusal } = setting;
    const failure = name === 'model' ? { code: 'model_not_found', message: refusal.message } : refusal;
    return { state: { ...state, setting: null }, outcome: 'failed', failure };
  }
  for (const choose of SETTINGS) {
    const chosen = choose(state, wanted, title);
    if ('code' in chosen) return { state, outcome: 'failed', failure: chosen };
    const { name, value } = chosen;
    if (value === null || isChosen(state, { name, value })) continue;
    return ask(state, { name, value, id: `${wanted.message.turnId}-${name}-${now.getTime()}` });
  }
  return finish(state, wanted, title);
}

function model({ options, usual }: AcpState, { message }: Wanted, title: string): Choosing {
  if (message.model !== undefined && options.model === null)
    return { code: 'model_not_found', message: `${title} offers no choice of models.` };
  return { name: 'model', value: message.model ?? usual.model?.current ?? null };
}

function effort({ options, usual }: AcpState, { message }: Wanted): Choosing {
  const { thinkingLevel: level } = message;
  const offered = options.effort;
  if (offered === null) return { name: 'effort', value: null };
  const value = level === undefined ? usual.effort?.current : effortFor(level, offered);
  const isOffered = offered.values.some((one) => one.value === value);
  return { name: 'effort', value: isOffered ? (value ?? null) : null };
}

function mode({ options, usual }: AcpState, { message }: Wanted, title: string): Choosing {
  const plan = planModeOf(options);
  if (message.planMode && plan === null) {
    const text = `${title} has no mode for planning, in which it would change nothing.`;
    return { code: 'plan_mode_unavailable', message: text };
  }
  return { name: 'mode', value: message.planMode ? plan : workModeOf(options, usual.mode?.current ?? null) };
}

function isChosen(
  { options, chosen }: AcpState,
  { name, value }: { name: OptionName; value: string },
): boolean {
  const current = options[name]?.current;
  const known = chosen[name];
  return known !== undefined && known.current === current && [known.wanted, current].includes(value);
}

function ask(state: AcpState, { name, value, id }: { name: OptionName; value: string; id: string }): Step {
  const { sessionId, options } = state;
  const configId = options[name]?.configId;
  if (sessionId === null || configId === undefined) throw new Error(`there is no ${name} to be chosen`);
  const line =
    configId === null
      ? requestLine(id, methods.agent.session.setMode, { sessionId, modeId: value })
      : requestLine(id, methods.agent.session.setConfigOption, { sessionId, configId, value });
  const setting = { id, name, wanted: value, refusal: null };
  return { state: { ...state, setting }, lines: [line], outcome: 'waiting' };
}

/** The message itself is not written here. */
function finish(state: AcpState, { message, text, images }: Wanted, title: string): Step {
  const { sessionId, capabilities, isNew, notice } = state;
  if (sessionId === null) throw new Error('the agent opened no session');
  if (images.length > 0 && !capabilities.image) {
    const failure = { code: 'images_unsupported', message: `${title} takes no images.` };
    return { state, outcome: 'failed', failure };
  }
  const line = promptLine(sessionId, message.turnId, blocksOf(text, images));
  const note = { costUsd: state.costUsd };
  return { state, outcome: 'ready', line, sessionId, isNew, notice, note };
}
