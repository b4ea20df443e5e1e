import { bad, good, type Check } from './check.ts';

const LIMIT_MS = 5_000;

/** Whether something answers where the control plane should be. Sends no secret. */
export function controlPlaneCheck(url: string): Check {
  const { origin } = new URL(url);
  return {
    name: 'control plane',
    async examine() {
      try {
        const options = {
          method: 'HEAD',
          redirect: 'manual',
          signal: AbortSignal.timeout(LIMIT_MS),
        } as const;
        const { status } = await fetch(url, options);
        return good(`${origin} answers (${status})`);
      } catch (error) {
        const { cause } = error as { cause?: { code?: string } };
        const reason = cause?.code ?? 'no answer';
        return bad(
          `${origin} cannot be reached (${reason})`,
          'Check MONOLITH_URL, DNS and the way out of this machine.',
        );
      }
    },
  };
}
