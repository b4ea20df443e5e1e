import { isIP } from 'node:net';
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../contract/parse-json.ts';
import { isWebUrl } from '../contract/web-url.ts';

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

/** What a text means, as `parse` finds; null: nothing, and `message` says how it is written. */
export function parsed<Value>(parse: (text: string) => Value | null, message: string) {
  return z.string().transform((text, context) => {
    const value = parse(text);
    if (value !== null) return value;
    context.addIssue(message);
    return z.NEVER;
  });
}

export function absolutePath() {
  return z.string().refine(isAbsolute, 'must be an absolute path');
}

/** An address that may be left out, and may be shown: there is no login in it. */
export function webUrl(description: string) {
  const url = z.string().refine(isWebUrl, 'must be an http:// or https:// URL without a login in it');
  return url.optional().meta({ description });
}

/** One of these words. */
export function oneOf<const Words extends readonly string[]>(...words: Words) {
  const error = words.length > 2 ? `must be one of ${words.join(', ')}` : `must be ${words.join(' or ')}`;
  return z.enum(words, { error });
}

/** Any text, which may be left out. */
export function anyText(description: string) {
  return z.string().optional().meta({ description });
}

/** JSON that names agents speaking the Agent Client Protocol, by provider. */
export function acpAgents() {
  const agent = z.object({
    command: z.string().min(1),
    args: z.array(z.string()).default([]),
    title: z.string().min(1).optional(),
  });
  const provider = z.string().regex(/^(?!(?:claude|codex)$)[a-z][a-z0-9-]{0,99}$/);
  const agents = z.record(provider, agent);
  return parsed(
    (text) => agents.safeParse(parseJson(text)).data ?? null,
    'must be JSON like {"gemini": {"command": "gemini", "args": ["--acp"], "title": "Gemini"}}',
  );
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
