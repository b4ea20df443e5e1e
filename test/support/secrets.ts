/** A secret that something showed: what it is called, never what it is. */
export interface Finding {
  name: string;
  /** Where it begins, in characters. */
  offset: number;
  length: number;
}

/** Shorter ones are words that occur anywhere. */
const SHORTEST = 8;

const NAMES_A_SECRET = /secret|token|api_?key|access_?key|password|bearer/i;

const names = new Map<string, string>();
let pattern: RegExp | null = null;

/** From now on nothing may show this, neither as it is nor encoded for an address or a header. */
export function keepSecret(name: string, secret: string): void {
  if (secret.length < SHORTEST || names.has(secret)) return;
  for (const form of formsOf(secret)) names.set(form, name);
  pattern = null;
}

/** Keeps every text that a credential or an environment has under the name of a secret. */
export function keepSecretsOf(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, held] of Object.entries(value)) {
    if (typeof held !== 'string') keepSecretsOf(held);
    else if (NAMES_A_SECRET.test(name)) keepSecret(name, held);
  }
}

/** Every secret in a text, found in one pass. */
export function findSecrets(text: string): Finding[] {
  if (names.size === 0) return [];
  pattern ??= new RegExp([...names.keys()].map(escape).join('|'), 'g');
  return [...text.matchAll(pattern)].map(({ 0: form, index }) => ({
    name: names.get(form) ?? '',
    offset: index,
    length: form.length,
  }));
}

/** Searches a text that comes in parts, also where they meet. */
export function createSearch(): (part: string) => Finding[] {
  let tail = '';
  let start = 0;
  return (part) => {
    const [before, text] = [tail.length, tail + part];
    const found = findSecrets(text)
      .filter(({ offset, length }) => offset + length > before)
      .map((finding) => ({ ...finding, offset: start + finding.offset }));
    tail = text.slice(Math.max(0, text.length - longest()));
    start += text.length - tail.length;
    return found;
  };
}

function formsOf(secret: string): Set<string> {
  const inBase64 = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)]).toString('base64');
    const spoilt = (shift + Buffer.byteLength(secret)) % 3 === 0 ? 0 : 4;
    return text.slice(shift === 0 ? 0 : 4, text.length - spoilt);
  });
  return new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), ...inBase64]);
}

function longest(): number {
  return Math.max(0, ...[...names.keys()].map((form) => form.length - 1));
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}
