/** What is written to Claude Code's standard input: JSON, one line each. A line that is none would end the process. */
import type { Image } from '../../contract/messages.ts';
import type { Effort } from './effort.ts';

export interface TurnSettings {
  turnId: string;
  /** Settings to be changed before the message; those left out stay. A null model is the agent's default. */
  model?: string | null;
  effort?: Effort;
  mode?: string;
}

export interface UserText {
  turnId: string;
  text: string;
  images: readonly Image[];
}

/** Changes the settings that a message asks for, one line each. */
export function settingLines({ turnId, model, effort, mode }: TurnSettings): string[] {
  const ids = settingIds(turnId);
  return [
    ...(model === undefined ? [] : [request(ids.model, { subtype: 'set_model', model: model ?? 'default' })]),
    ...(effort === undefined
      ? []
      : [request(ids.effort, { subtype: 'apply_flag_settings', settings: { effortLevel: effort } })]),
    ...(mode === undefined ? [] : [request(ids.mode, { subtype: 'set_permission_mode', mode })]),
  ];
}

/** The message of a user. */
export function userLine({ turnId, text, images }: UserText): string {
  return toLine({
    type: 'user',
    message: { role: 'user', content: contentOf(text, images) },
    parent_tool_use_id: null,
    session_id: '',
    uuid: turnId,
  });
}

/** Under which ids the settings of a turn are changed: the same after a restart. */
export function settingIds(turnId: string) {
  return { model: `${turnId}-model`, effort: `${turnId}-effort`, mode: `${turnId}-mode` };
}

export function initializeLine(id: string): string {
  return request(id, { subtype: 'initialize' });
}

export function interruptLine(id: string): string {
  return request(id, { subtype: 'interrupt', cancel_queued: true });
}

export function pingLine(id: string): string {
  return request(id, { subtype: 'get_binary_version' });
}

export function endSessionLine(id: string): string {
  return request(id, { subtype: 'end_session' });
}

export function allowLine(requestId: string, updatedInput: unknown): string {
  return response(requestId, { behavior: 'allow', updatedInput });
}

export function denyLine(requestId: string, message: string): string {
  return response(requestId, { behavior: 'deny', message });
}

export function unsupportedLine(requestId: string, subtype: string): string {
  const error = `This host does not answer ${subtype}.`;
  return toLine({ type: 'control_response', response: { subtype: 'error', request_id: requestId, error } });
}

function contentOf(text: string, images: readonly Image[]): unknown {
  if (images.length === 0) return text;
  return [...(text === '' ? [] : [{ type: 'text', text }]), ...images];
}

function request(id: string, body: object): string {
  return toLine({ type: 'control_request', request_id: id, request: body });
}

function response(requestId: string, body: object): string {
  return toLine({
    type: 'control_response',
    response: { subtype: 'success', request_id: requestId, response: body },
  });
}

function toLine(message: object): string {
  return `${JSON.stringify(message)}\n`;
}
