import { EngineClient } from '../../client/client.ts';

const KEY = 'replicas-engine-secret';

/** The secret as long as this tab lives; never in a URL. */
export function rememberedSecret(): string | null {
  return sessionStorage.getItem(KEY);
}

export function rememberSecret(secret: string): void {
  sessionStorage.setItem(KEY, secret);
}

export function forgetSecret(): void {
  sessionStorage.removeItem(KEY);
}

export function connect(secret: string): EngineClient {
  return new EngineClient({ url: location.origin, secret });
}
