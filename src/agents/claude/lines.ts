/** What is written to Claude Code's standard input: JSON, one line each. A line that is none would end the process. */
import type { Wanted } from '../codec.ts';
import type { Setting } from './state.ts';

export function settingLine(id: string, { name, value }: Setting): string {
  const changes = {
    model: { subtype: 'set_model', model: value ?? 'default' },
    effort: { subtype: 'apply_flag_settings', settings: { effortLevel: value } },
    fast: { subtype: 'apply_flag_settings', settings: { fastMode: value } },
    skills: { subtype: 'reload_skills' },
    mode: { subtype: 'set_permission_mode', mode: value },
  };
  return requestLine(id, changes[name]);
}

export function userLine(turnId: string, { text, images }: Pick<Wanted, 'text' | 'images'>): string {
  const blocks = [...(text === '' ? [] : [{ type: 'text', text }]), ...images];
  const content = images.length === 0 ? text : blocks;
  const message = { role: 'user', content };
  return toLine({ type: 'user', message, parent_tool_use_id: null, session_id: '', uuid: turnId });
}

export function interruptLine(id: string): string {
  return requestLine(id, { subtype: 'interrupt', cancel_queued: true });
}

export function requestLine(id: string, request: { subtype: string; [field: string]: unknown }): string {
  return toLine({ type: 'control_request', request_id: id, request });
}

export function allowLine(requestId: string, updatedInput: unknown, updatedPermissions?: unknown): string {
  return response(requestId, { behavior: 'allow', updatedInput, updatedPermissions });
}

export function denyLine(requestId: string, message: string): string {
  return response(requestId, { behavior: 'deny', message });
}

export function unsupportedLine(requestId: string, subtype: string): string {
  const error = `This host does not answer ${subtype}.`;
  return toLine({ type: 'control_response', response: { subtype: 'error', request_id: requestId, error } });
}

function response(requestId: string, body: object): string {
  const answer = { subtype: 'success', request_id: requestId, response: body };
  return toLine({ type: 'control_response', response: answer });
}

function toLine(message: object): string {
  return `${JSON.stringify(message)}\n`;
}
