import { bad, doubtful, good, type Check, type Finding } from './check.ts';

const LIMIT_MS = 5_000;

export function controlPlaneCheck(url: string): Check {
  const remedy = 'Check MONOLITH_URL, DNS and the way out of this machine.';
  return answerCheck({ name: 'control plane', url, missing: (what) => bad(what, remedy) });
}

export function tracesCheck(url: string): Check {
  const remedy = 'Check OTEL_EXPORTER_OTLP_ENDPOINT, and that a collector runs there.';
  return answerCheck({
    name: 'traces',
    url,
    missing: (what) => doubtful(`${what}; traces are dropped`, remedy),
  });
}

interface Upstream {
  name: string;
  url: string;
  missing: (what: string) => Finding;
}

/** Whether something answers there. Sends no secret. */
function answerCheck({ name, url, missing }: Upstream): Check {
  const { origin } = new URL(url);
  return {
    name,
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
        return missing(`${origin} cannot be reached (${cause?.code ?? 'no answer'})`);
      }
    },
  };
}
