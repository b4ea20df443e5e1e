import { z } from 'zod';
import { EngineEventSchema, type EngineEventType } from '../../src/contract/events.ts';
import { EVENT_ID } from '../../src/contract/examples.ts';
import { sampleOf } from '../../src/server/sample.ts';
import { originsOf } from '../../src/journal/projection/event-table.ts';

interface JsonSchema {
  type?: string | string[];
  $ref?: string;
  const?: unknown;
  enum?: unknown[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  $defs?: Record<string, JsonSchema>;
}

/** The page about the stream: what stands here, and a table made from the schema of every event. */
export function eventsPage(): string {
  return `${INTRODUCTION}\n${table()}\n\n${EXAMPLES}\n${examples()}\n\`\`\`\n`;
}

function examples(): string {
  return EngineEventSchema.options
    .map((variant) => JSON.stringify(Object.assign({}, sampleOf(variant), { id: EVENT_ID })))
    .join('\n');
}

const EXAMPLES = `## Examples

One event of each type, as \`events.jsonl\` and the \`data:\` of a frame have it.

\`\`\`json`;

function table(): string {
  const { $defs = {}, ...root } = z.toJSONSchema(EngineEventSchema, { io: 'output' }) as JsonSchema;
  const variants = root.oneOf ?? root.anyOf ?? $defs['EngineEvent']?.oneOf ?? [];
  const rows = variants.map((variant) => toRow(variant, $defs));
  return ['| type | payload | made of |', '| --- | --- | --- |', ...rows].join('\n');
}

function toRow({ properties = {} }: JsonSchema, definitions: Record<string, JsonSchema>): string {
  const payload = properties['payload'] ?? {};
  const { properties: fields = {}, required = [] } = resolve(payload, definitions);
  const listed = Object.entries(fields).map(
    ([name, schema]) => `\`${name}${required.includes(name) ? '' : '?'}\` ${toText(schema)}`,
  );
  const type = properties['type']?.const as EngineEventType;
  return `| \`${type}\` | ${listed.join(', ')} | ${originText(type)} |`;
}

function originText(type: EngineEventType): string {
  const origins = originsOf(type).map((origin) => `\`${origin}\``);
  return origins.length === 0 ? 'live only, never in the log' : origins.join(', ');
}

function resolve(schema: JsonSchema, definitions: Record<string, JsonSchema>): JsonSchema {
  return schema.$ref === undefined ? schema : (definitions[nameOf(schema.$ref)] ?? {});
}

function toText(schema: JsonSchema): string {
  if (schema.$ref !== undefined) return nameOf(schema.$ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.join(' \\| ');
  if (schema.anyOf !== undefined) return schema.anyOf.map(toText).join(' \\| ');
  if (schema.type === 'array') return `${toText(schema.items ?? {})}[]`;
  return [schema.type ?? 'any JSON'].flat().join(' \\| ');
}

function nameOf(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1);
}

const INTRODUCTION = `# Events

\`GET /events\` is a server-sent event stream of everything that happens. A frame's \`id:\` is the event's id, \`event:\` its
type, \`data:\` the whole event as one line of JSON: \`{id, ts, type, payload}\`.

## Resuming

An event is on disk before it is sent. \`Last-Event-ID: <id>\` or \`?after=<id>\` replays everything after that event and
goes on live, without a gap or a duplicate, also across restarts and \`kill -9\`. Take \`lastEventId\` of any snapshot as the
first cursor: snapshot and stream then join exactly.

A cursor is good only if exactly this id is in the log. Otherwise the stream begins with one \`stream.reset\` that carries
the reason (\`expired\`: older than what is kept, \`unknown\`: not of this log, \`malformed\`) and the oldest and latest id; it
goes on live after the latest one. Read the snapshots again. Nothing is ever skipped silently.

Without a cursor the stream is live only; its first frame is a bare \`id:\` so that a client that is cut off before its
first event can resume.

A reader that is too slow costs no other reader anything: beyond a few megabytes it is served from the log at its own
pace. Every 15 seconds there is a comment and a bare \`id:\`.

## Choosing

| query | effect |
| --- | --- |
| \`types=a,b\` | only these types; an unknown one is refused |
| \`chatId=…\` | only events of this chat; events that concern no chat are left out |
| \`partial=true\` | also \`chat.turn.partial\`: token by token, live only, without an \`id:\` of their own |

Filtered readers keep a fresh cursor through the bare ids.

## Life of a message

\`chat.turn.accepted\`, \`chat.turn.started\`, any number of \`chat.turn.delta\`, then exactly one \`chat.turn.completed\`. A
message that never started ends with \`chat.message.dropped\` instead. Never both, never neither. Facts of one cause come
together, in this order: the turn's events, \`chat.updated\`, \`engine.status.changed\`; a snapshot read after any of them
shows it. Readers that come and go are told of at most four times a second, more rarely when there are thousands. A turn that the agent starts by itself gives deltas with \`messageId: null\` and \`chat.updated\` only.

Outcomes: \`completed\`; \`interrupted\`; \`errored\` with \`error\`; \`lost\` when engine and agent died together in the middle.
\`isComplete\` is true for \`completed\` only.

## All events

\`made of\`: what of the engine says it. \`chat: chat.said\` is what a [statechart](machines/chat.md) called \`chat\` emits;
\`counters\`, \`repositories\`, \`hookFiles\`, \`plans\`, \`canvas\`, \`previews\`, \`home\` and \`eventLog\` are parts of the engine that are no machine. One
table in the engine says which becomes which; nothing else is written to the log.
`;
