import type { Tracing } from '../tracing/tracing.ts';
import type { Home } from './open-home.ts';

/** The traces that the environment asks for, begun before anything is said; without them nothing of it is loaded. */
export async function openTracing(
  { environment, log, journal, records, hooks }: Home,
  version: string,
): Promise<Tracing | null> {
  if (environment.OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return null;
  const [{ Tracing: Opened }, { SpanMaker }, { SpanSender }] = await Promise.all([
    import('../tracing/tracing.ts'),
    import('../tracing/span-maker.ts'),
    import('../tracing/span-sender.ts'),
  ]);
  const { WORKSPACE_ID: workspaceId } = environment;
  const maker = new SpanMaker({
    workspaceId,
    records: records.values(),
    headId: journal.committedId,
    withContent: environment.OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT === 'true',
  });
  const sender = new SpanSender({ workspaceId, version, log });
  const readsBack = hooks.isRunning || [...records.values()].some(({ turn }) => turn !== null);
  return new Opened({ journal, maker, sender, readsBack, log });
}
