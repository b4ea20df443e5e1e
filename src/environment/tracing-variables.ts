import { z } from 'zod';
import { isWebUrl } from '../contract/web-url.ts';
import { decoded } from './environment-values.ts';

const HEADERS = /^\s*[\w!#$%&'*+.^`|~-]+\s*=[^,;]*(?:,\s*[\w!#$%&'*+.^`|~-]+\s*=[^,;]*)*$/;

/** Shorter ones are no secrets, and words that occur anywhere. */
const SHORTEST_SECRET = 8;

/** What stands in the headers that may be a login. */
export function headerSecretsOf(headers = ''): string[] {
  return headers.split(',').flatMap((header) => {
    const value = header.slice(header.indexOf('=') + 1).trim();
    return [value, decoded(value)].filter(({ length }) => length >= SHORTEST_SECRET);
  });
}

/** What the engine reads of its environment about traces; the rest of `OTEL_*` is read by the SDK. */
export const TRACING_VARIABLES = {
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .string()
    .refine(isWebUrl, 'must be an http:// or https:// URL without a login in it')
    .optional()
    .meta({
      description:
        'Base URL of the collector that gets a trace of each turn, as OTLP over HTTP. Without it nothing is traced.',
    }),
  OTEL_EXPORTER_OTLP_HEADERS: z
    .string()
    .regex(HEADERS, 'must be headers like name=value, separated by commas')
    .optional()
    .meta({ description: 'Headers for the collector: `name=value`, separated by commas.' }),
  OTEL_SERVICE_NAME: z
    .string()
    .optional()
    .meta({ description: 'The service that traces are of; `replicas-engine` without it.' }),
  OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .default('false')
    .meta({
      description: 'Whether traces hold what was said, and what tools were given and gave. It may be secret.',
    }),
};
