import { ROOT_CONTEXT, SpanStatusCode, trace, TraceFlags, type SpanContext } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Log } from '../log.ts';
import type { TracedSpan } from './span.ts';

export interface SpanSenderOptions {
  workspaceId: string;
  version: string;
  log: Log;
}

/** Sends spans by the SDK, which takes the collector, the headers and the sampling from `OTEL_*` itself. */
export class SpanSender {
  readonly #provider: BasicTracerProvider;
  /** Of the span that is made next. */
  #ids = { traceId: '', spanId: '' };

  constructor({ workspaceId, version, log }: SpanSenderOptions) {
    const known = resourceFromAttributes({
      'service.name': 'replicas-engine',
      'service.version': version,
      'service.instance.id': workspaceId,
    });
    this.#provider = new BasicTracerProvider({
      resource: known.merge(detectResources({ detectors: [envDetector] })),
      idGenerator: {
        generateTraceId: () => this.#ids.traceId,
        generateSpanId: () => this.#ids.spanId,
      },
      spanProcessors: [new BatchSpanProcessor(reporting(new OTLPTraceExporter(), log))],
    });
  }

  /** A span comes behind its parent. */
  send(spans: readonly TracedSpan[]): void {
    const tracer = this.#provider.getTracer('replicas-engine');
    const sent = new Map<string, SpanContext>();
    for (const { traceId, spanId, parentSpanId, name, startedAt, endedAt, attributes } of spans) {
      this.#ids = { traceId, spanId };
      const parent =
        parentSpanId === null ? undefined : (sent.get(parentSpanId) ?? remote(traceId, parentSpanId));
      const context = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
      const span = tracer.startSpan(name, { startTime: startedAt, attributes }, context);
      if ('error.type' in attributes) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(endedAt);
      sent.set(spanId, span.spanContext());
    }
  }

  /** Never rejects: what could not be sent was said. */
  close(): Promise<void> {
    return this.#provider.shutdown().catch(() => undefined);
  }
}

function remote(traceId: string, spanId: string): SpanContext {
  return { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
}

/** One line when the collector goes away, and one when it is back. */
function reporting(exporter: SpanExporter, log: Log): SpanExporter {
  let isAway = false;
  return {
    export(spans, tell) {
      exporter.export(spans, (result) => {
        const failed = result.error !== undefined;
        if (failed && !isAway)
          log.warn({ reason: result.error?.message }, 'traces cannot be sent and are dropped');
        if (!failed && isAway) log.info('traces are sent again');
        isAway = failed;
        tell(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}
