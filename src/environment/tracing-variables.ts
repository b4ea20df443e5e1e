import { z } from 'zod';
import { decoded } from '../contract/web-url.ts';
import { anyText, oneOf, webUrl } from './environment-values.ts';

const HEADERS = /^\s*[\w!#$%&'*+.^`|~-]+\s*=[^,;]*(?:,\s*[\w!#$%&'*+.^`|~-]+\s*=[^,;]*)*$/;

/** Shorter ones are no secrets, and words that occur anywhere. */
const SHORTEST_SECRET = 8;

/** What stands in the headers for the collector that may be a login. */
export function tracingSecretsOf({
  OTEL_EXPORTER_OTLP_HEADERS: common = '',
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: own = '',
}: Partial<Record<keyof typeof TRACING_VARIABLES, string | undefined>>): string[] {
  return `${common},${own}`.split(',').flatMap((header) => {
    const value = header.slice(header.indexOf('=') + 1).trim();
    return [value, decoded(value)].filter(({ length }) => length >= SHORTEST_SECRET);
  });
}

const headers = () => z.string().regex(HEADERS, 'must be headers like name=value, separated by commas');

/** What the engine reads of its environment about traces; the rest of `OTEL_*` is read by the SDK. */
export const TRACING_VARIABLES = {
  OTEL_EXPORTER_OTLP_ENDPOINT: webUrl(
    'Base URL of the collector that gets a trace of each turn, as OTLP over HTTP. Without it nothing is traced.',
  ),
  OTEL_EXPORTER_OTLP_HEADERS: headers()
    .optional()
    .meta({ description: 'Headers for the collector: `name=value`, separated by commas.' }),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: webUrl('The whole URL for traces, instead of the base URL.'),
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: headers()
    .optional()
    .meta({ description: 'More headers for traces; they take precedence over those above.' }),
  OTEL_SERVICE_NAME: anyText('The service name in traces; `replicas-engine` by default.'),
  OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: oneOf('true', 'false').default('false').meta({
    description:
      'Whether traces contain what was said and the input and output of tools, which may be secret.',
  }),
};
