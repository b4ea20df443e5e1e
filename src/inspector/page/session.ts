import { EngineClient } from '../../client/client.ts';
import { watchFetch } from './watch-fetch.ts';

const KEY = 'replicas-engine-secret';

/** The secret as long as this tab lives. A link may bring it as `#secret=…`, which no server sees; it is taken out at once. */
export function rememberedSecret(): string | null {
  // In parameters a plus is a space; in a secret it is itself.
  const given = new URLSearchParams(location.hash.slice(1).replaceAll('+', '%2B')).get('secret');
  if (given !== null) {
    history.replaceState(null, '', location.pathname);
    rememberSecret(given);
  }
  return sessionStorage.getItem(KEY);
}

export function rememberSecret(secret: string): void {
  sessionStorage.setItem(KEY, secret);
}

export function forgetSecret(): void {
  sessionStorage.removeItem(KEY);
}

/** `onStuck` is told when calls wait because this browser has no connection left. */
export function connect(secret: string, onStuck: (isStuck: boolean) => void): EngineClient {
  const url = location.origin;
  const fetch = watchFetch({
    fetch: (input, init) => globalThis.fetch(input, init),
    healthUrl: `${url}/health`,
    onStuck,
  });
  return new EngineClient({ url, secret, fetch });
}
