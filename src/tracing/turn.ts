import type { QueuedMessage } from '../contract/records.ts';
import { turnAttributes } from './attributes.ts';
import { spanIdOf, traceIdOf, type OpenedSpan, type TracedSpan } from './span.ts';

/** A turn that runs, as its trace will show it. */
export interface Turn {
  messageId: string;
  root: OpenedSpan;
  isSampled: boolean;
  children: TracedSpan[];
  /** So many more children are not kept. */
  dropped: number;
}

/** What a trace tells of a message. */
export type KnownMessage = { [Key in 'model' | 'traceparent']: QueuedMessage[Key] | undefined };

interface Beginning {
  workspaceId: string;
  chatId: string;
  messageId: string;
  provider: string | undefined;
  message: KnownMessage | undefined;
  startedAt: number;
}

const SAMPLED = 1;

/** Part of the trace that its message came with, or of one of its own. */
export function turnOf({ workspaceId, provider, message, startedAt, ...names }: Beginning): Turn {
  const { chatId, messageId } = names;
  const parts = [workspaceId, chatId, messageId];
  const [, traceId = traceIdOf(...parts), parentSpanId = null, flags = '01'] =
    message?.traceparent?.split('-') ?? [];
  const name = provider === undefined ? 'invoke_agent' : `invoke_agent ${provider}`;
  const attributes = turnAttributes({ ...names, provider, model: message?.model });
  return {
    messageId,
    root: { traceId, spanId: spanIdOf(...parts), parentSpanId, name, startedAt, attributes },
    isSampled: (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED,
    children: [],
    dropped: 0,
  };
}

type Child = Pick<OpenedSpan, 'name' | 'startedAt' | 'attributes'> & { parts: string[] };

export function childOf({ root: { traceId, spanId } }: Turn, { parts, ...rest }: Child): OpenedSpan {
  return { traceId, spanId: spanIdOf(spanId, ...parts), parentSpanId: spanId, ...rest };
}
