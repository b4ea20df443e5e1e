import { readIfFile } from '../storage/read-if-file.ts';

export interface SecretSources {
  /** Secret whatever they look like. */
  values: readonly string[];
  /** Variables, of which those with a telling name are secret. */
  env: Readonly<Record<string, string>>;
  /** Files of credentials, in JSON, YAML or git's format; they may change or be missing. */
  files: readonly string[];
}

/** A shorter value may stand in ordinary words. */
const TELLING_LENGTH = 8;
const LOOK_EVERY_MS = 1_000;

const SECRET_NAME = /secret|token|passw|credential|api_?key|access_?key|private_?key/i;
const SECRETS_IN_FILES = [
  /"[\w-]{0,40}(?:secret|token|passw|key)[\w-]{0,40}"\s*:\s*"([^"\\]+)"/gi,
  /oauth_token:\s*["']?([^\s"']+)/g,
  /:\/\/[^\s/:@]*:([^\s/@]+)@/g,
];

/** What must not be shown of what others print, the longest first; looked up anew at most once a second. */
export function createKnownSecrets({ values, env, files }: SecretSources): () => readonly string[] {
  const lasting = [...values, ...Object.entries(env).flatMap(([name, value]) => secretOf(name, value))];
  let known: string[] = [];
  let lookedAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (performance.now() - lookedAt < LOOK_EVERY_MS) return known;
    lookedAt = performance.now();
    const all = [...lasting, ...files.flatMap((file) => secretsIn(readIfFile(file) ?? ''))].flatMap(linesOf);
    known = [...new Set(all)].toSorted((one, other) => other.length - one.length);
    return known;
  };
}

function secretOf(name: string, value: string): string[] {
  return SECRET_NAME.test(name) ? [value] : [];
}

function secretsIn(text: string): string[] {
  return SECRETS_IN_FILES.flatMap((pattern) => [...text.matchAll(pattern)].map(([, value = '']) => value));
}

/** Output is looked at line by line: a key of several lines is found by each. */
function linesOf(secret: string): string[] {
  return secret.split('\n').filter((line) => line.length >= TELLING_LENGTH);
}
