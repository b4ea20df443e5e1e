/** What is written to Claude Code's standard input: JSON, one line each. A line that is none would end the process. */
import type { Image } from '../../contract/messages.ts';
import type { Setting } from './state.ts';

export interface UserText {
  turnId: string;
  text: string;
  images: readonly Image[];
}

/** Changes a setting, for the messages to come. */
export function settingLine(id: string, { name, value }: Setting): string {
  switch (name) {
    case 'model':
      return request(id, { subtype: 'set_model', model: value ?? 'default' });
    case 'effort':
      return request(id, { subtype: 'apply_flag_settings', settings: { effortLevel: value } });
    case 'mode':
      return request(id, { subtype: 'set_permission_mode', mode: value });
  }
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

export function initializeLine(id: string): string {
  return request(id, { subtype: 'initialize' });
}

export function mcpStatusLine(id: string): string {
  return request(id, { subtype: 'mcp_status' });
}

export function interruptLine(id: string): string {
  return request(id, { subtype: 'interrupt', cancel_queued: true });
}

export function stopTaskLine(id: string, taskId: string): string {
  return request(id, { subtype: 'stop_task', task_id: taskId });
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
