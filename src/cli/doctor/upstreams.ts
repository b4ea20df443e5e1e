import { bad, doubtful, good, type Finding } from './check.ts';

const LIMIT_MS = 5_000;

export function examineControlPlane(url: string): Promise<Finding> {
  return examineUpstream(url, (what) =>
    bad(what, 'Check MONOLITH_URL, DNS and the way out of this machine.'),
  );
}

export function examineCollector(url: string): Promise<Finding> {
  const remedy = 'Check OTEL_EXPORTER_OTLP_ENDPOINT, and that a collector runs there.';
  return examineUpstream(url, (what) => doubtful(`${what}; traces are dropped`, remedy));
}

/** Whether something answers there. Sends no secret. */
async function examineUpstream(url: string, missing: (what: string) => Finding): Promise<Finding> {
  const { origin } = new URL(url);
  try {
    const signal = AbortSignal.timeout(LIMIT_MS);
    const { status } = await fetch(url, { method: 'HEAD', redirect: 'manual', signal });
    return good(`${origin} answers (${status})`);
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    return missing(`${origin} cannot be reached (${cause?.code ?? 'no answer'})`);
  }
}
