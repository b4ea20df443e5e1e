/** Makes the settings of a message, and puts it as a line. */
import { z } from 'zod';
import type { Policy } from '../../contract/chats.ts';
import type { ThinkingLevel } from '../../contract/messages.ts';
import type { QueuedMessage } from '../../contract/records.ts';
import type { Wanted } from '../codec.ts';
import type { Moment, Preparation } from '../step.ts';
import { settingLine, userLine } from './lines.ts';
import { EffortSchema, type ClaudeState, type Effort, type Setting } from './state.ts';

export const DEFAULT_EFFORT = 'high';

/** What a delivery of Claude Code's keeps for whoever takes the turn up. */
export const NoteSchema = z.object({
  model: z.string().nullish(),
  effort: EffortSchema.optional(),
  fast: z.boolean().nullish(),
  /** `none`: the process was used before. */
  start: z.enum(['none', 'new', 'resume']).default('resume'),
  isEchoed: z.boolean().default(false),
  carriesOn: z.boolean().default(false),
});

export function prepare(state: ClaudeState, wanted: Wanted, { policy }: Moment): Preparation<ClaudeState> {
  if (state.isConversationMissing) return { state, outcome: 'unfit' };
  if (state.greeting !== null) return { state, outcome: 'waiting' };
  if (state.opening?.carriesOn === true) return ready(state, wanted);
  const { turnId } = wanted.message;
  if (state.preparing?.turnId !== turnId) return begin(state, { wanted, policy });
  const { open, refusal } = state.preparing;
  if (refusal !== null) return { state: { ...state, preparing: null }, outcome: 'failed', failure: refusal };
  return open.length > 0 ? { state, outcome: 'waiting' } : ready(state, wanted);
}

/** Asks for what the process has otherwise, which is unknown until that is answered. */
function begin(
  state: ClaudeState,
  { wanted, policy }: { wanted: Wanted; policy: Policy },
): Preparation<ClaudeState> {
  const { message, text } = wanted;
  const { turnId } = message;
  const { model, effort, fast = false } = settingsOf(message);
  const mode = modeOf(policy, message.planMode);
  const all: Setting[] = [
    { name: 'model', value: model },
    { name: 'effort', value: effort },
    { name: 'fast', value: fast },
    { name: 'mode', value: mode },
    // A process that was used does not look for them by itself.
    ...(state.opening === null && text.startsWith('/') ? [{ name: 'skills', value: true } as const] : []),
  ];
  const { fast: known = false } = state.settings;
  const has = { ...state.settings, fast: known, mode: state.permissionMode, skills: null };
  const open = all
    .filter(({ name, value }) => has[name] !== value)
    .map((setting) => ({ id: `${turnId}-${setting.name}`, setting }));
  if (open.length === 0) return ready(state, wanted);
  const isKept = (name: Setting['name']) => open.every(({ setting }) => setting.name !== name);
  const next: ClaudeState = {
    ...state,
    settings: {
      ...(isKept('model') ? { model } : {}),
      ...(isKept('effort') ? { effort } : {}),
      ...(isKept('fast') ? { fast } : { fast: null }),
    },
    permissionMode: isKept('mode') ? mode : null,
    preparing: { turnId, open, refusal: null },
  };
  return { state: next, lines: open.map(({ id, setting }) => settingLine(id, setting)), outcome: 'waiting' };
}

/** A message that cannot have the model or the mode that it asked for must not run with another. */
export function answered(state: ClaudeState, id: string, failure: string | null): ClaudeState {
  const { preparing } = state;
  const change = preparing?.open.find((one) => one.id === id);
  if (preparing === null || change === undefined) return state;
  const { name, value } = change.setting;
  const code = {
    model: 'model_not_found',
    mode: 'agent_error',
    effort: null,
    fast: 'agent_error',
    skills: null,
  }[name];
  const isRefused = failure !== null && code !== null;
  const refusal = isRefused ? { code, message: failure } : preparing.refusal;
  const next = {
    ...state,
    preparing: { ...preparing, open: preparing.open.filter((one) => one !== change), refusal },
  };
  if (isRefused || name === 'skills') return next;
  return name === 'mode'
    ? { ...next, permissionMode: value }
    : { ...next, settings: { ...next.settings, [name]: value } };
}

function ready(state: ClaudeState, { message, ...content }: Wanted): Preparation<ClaudeState> {
  const { turnId, goalMode } = message;
  const said = goalMode ? { ...content, text: `/goal ${content.text}` } : content;
  const { opening, settings, echoed } = state;
  const carriesOn = opening?.carriesOn === true;
  const isNew = opening?.isNew === true;
  const launched = isNew ? 'new' : 'resume';
  return {
    state: { ...state, preparing: null },
    outcome: 'ready',
    line: carriesOn ? '' : userLine(turnId, said),
    sessionId: state.sessionId ?? '',
    isNew,
    notice: opening?.notice ?? null,
    note: {
      ...settings,
      start: opening === null ? 'none' : launched,
      isEchoed: echoed.includes(turnId),
      carriesOn,
    },
  };
}

export interface Settings {
  model: string | null;
  effort: Effort;
  fast?: true;
}

export function settingsOf({ model, thinkingLevel, fastMode }: QueuedMessage): Settings {
  return { model: model ?? null, effort: effortOf(thinkingLevel), ...(fastMode === true && { fast: true }) };
}

function effortOf(level: ThinkingLevel | undefined): Effort {
  if (level === undefined) return DEFAULT_EFFORT;
  return level === 'ultra' || level === 'ultracode' ? 'max' : level;
}

/** The mode in which a process starts and to which it returns after planning. */
export function modeOf(policy: Policy, isPlanning: boolean): string {
  if (isPlanning) return 'plan';
  return policy === 'bypass' ? 'bypassPermissions' : 'default';
}
