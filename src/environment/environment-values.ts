import { isIP } from 'node:net';
import { z } from 'zod';
import { parseJson } from '../contract/parse-json.ts';

/** Node's timers overflow above this. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** What the HTTP listener takes literally; it would replace anything else by `localhost`. */
const LISTENABLE = /^(?!-)[A-Za-z\d.:-]{1,63}(?<!-)$/;

/** Digits that make a number from `min` to `max`. */
export function wholeNumber({ min, max }: { min: number; max: number }) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message);
}

/** A delay in milliseconds that a timer can wait for. */
export function milliseconds(fallback: number) {
  return wholeNumber({ min: 1, max: LONGEST_DELAY_MS }).default(fallback);
}

/** JSON that names agents speaking the Agent Client Protocol, by provider. */
export function acpAgents() {
  const message = 'must be JSON like {"gemini": {"command": "gemini", "args": ["--acp"], "title": "Gemini"}}';
  const agent = z.object({
    command: z.string().min(1),
    args: z.array(z.string()).default([]),
    title: z.string().min(1).optional(),
  });
  const provider = z.string().regex(/^(?!(?:claude|codex)$)[a-z][a-z0-9-]{0,99}$/);
  const agents = z.record(provider, agent);
  return z.string().transform((text, context) => {
    const parsed = agents.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
}

/** Names or addresses, separated by commas. */
export function hostNames() {
  const names = (text: string) =>
    text
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
  return z
    .string()
    .refine((text) => names(text).every(isHost), 'must be host names or IP addresses, separated by commas')
    .transform((text) => new Set(names(text)));
}

export function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

/** With `{port}` in it, and `{workspaceId}` perhaps. */
export function isUrlTemplate(value: string): boolean {
  const url = value.replaceAll('{port}', '3000').replaceAll('{workspaceId}', 'workspace');
  return value.includes('{port}') && !/[{}]/.test(url) && isHttpUrl(url);
}

/** Nothing leaves the machine by such a URL. */
export function isLoopbackWebSocket(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname } = new URL(value);
  return protocol === 'ws:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
}

export function isHost(value: string): boolean {
  return LISTENABLE.test(value) && (isIP(value) !== 0 || !value.includes(':'));
}
