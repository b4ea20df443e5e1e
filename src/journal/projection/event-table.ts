/**
 * Where events come from: which one each thing that a machine emits, or a part of the engine says, becomes. Nothing that
 * is not here is written to the journal.
 */
import type { BootEmitted } from '../../../machines/boot.machine.ts';
import type { ChatEmitted, ChatSaid } from '../../../machines/chat.events.ts';
import type { CredentialEmitted } from '../../../machines/credential.setup.ts';
import type { ActorCrashed, EngineEmitted } from '../../../machines/engine.events.ts';
import type { HookEmitted } from '../../../machines/hook.events.ts';
import type { LoginEmitted } from '../../../machines/login.setup.ts';
import type { MirrorEmitted } from '../../../machines/mirror.setup.ts';
import type { OutboxEmitted } from '../../../machines/outbox.setup.ts';
import type { StartHooksEmitted } from '../../../machines/start-hooks.setup.ts';
import type { EngineEventType } from '../../contract/events.ts';
import type { HookRecord } from '../../contract/hook-records.ts';
import type { ChatRecord, ClockReading } from '../../contract/records.ts';
import type { Boot } from '../../contract/status.ts';
import type { JournalEntry as Entry } from '../event-line.ts';
import type { Damage } from '../../storage/set-aside.ts';
import type { BootStatus } from './boot-status.ts';
import type { HooksState } from './hooks-state.ts';
import { crashOf } from './crash-of.ts';
import { endOf } from './turn-end.ts';

/** What each source says: machines by their ids, then the parts of the engine that are no machine. */
export interface Sayings {
  archive: Extract<Entry, { type: 'error' }>;
  boot: BootEmitted;
  chat: ChatEmitted;
  credential: CredentialEmitted;
  engine: EngineEmitted;
  hook: HookEmitted;
  login: LoginEmitted;
  mirror: MirrorEmitted;
  outbox: OutboxEmitted;
  startHooks: StartHooksEmitted;
  counters: Extract<Entry, { type: 'engine.status.changed' }>;
  repositories: Extract<Entry, { type: 'repo.discovered' | 'repo.status.changed' }>;
  hookFiles: { type: 'hookFile.refused'; hook: HookRecord };
  plans: Extract<Entry, { type: 'plan.changed' }>;
  canvas: Extract<Entry, { type: 'canvas.changed' }>;
  previews: Extract<Entry, { type: 'preview.changed' }>;
  home: { type: 'file.damaged'; damage: Damage };
  eventLog: { type: 'events.givenUp'; range: EventRange; isKept: boolean };
}

export interface EventRange {
  count: number;
  firstId: string;
  lastId: string;
}

/** What is known when something is said. */
export interface Known {
  now(): Date;
  /** What durations are measured by. */
  clock(): ClockReading;
  records: ReadonlyMap<string, ChatRecord>;
  hooks: HooksState;
  boot: BootStatus;
}

const AS_SAID = 'as it is said';

interface Row<Said> {
  readonly becomes: readonly EngineEventType[];
  entries(said: Said, known: Known): Entry[];
}

type Table = {
  [Source in keyof Sayings]: {
    [Type in Sayings[Source]['type']]: RowFor<Extract<Sayings[Source], { type: Type }>>;
  };
};

type RowFor<Said> = Row<Said> | (Said extends Entry ? typeof AS_SAID : never);

const NOT_WRITTEN: Row<unknown> = { becomes: [], entries: () => [] };

const TABLE: Table = {
  boot: {
    'boot.changed': {
      becomes: ['boot.changed'],
      entries: ({ payload: { state, reason, restore } }, { boot, hooks }) => [
        // In this boot of the machine the start hooks do not run again, whichever engine comes.
        {
          ...changeOf(boot.at(state, { reason, restore })),
          ...(state === 'ready' && { record: hooks.prepared }),
        },
      ],
    },
    'engine.ready': AS_SAID,
    error: AS_SAID,
  },
  chat: {
    'chat.created': AS_SAID,
    'chat.turn.accepted': AS_SAID,
    'chat.turn.started': AS_SAID,
    'chat.turn.progress': AS_SAID,
    'chat.usage.changed': AS_SAID,
    'chat.turn.completed': {
      becomes: ['chat.turn.delta', 'chat.turn.completed'],
      entries: endOf,
    },
    'chat.said': { becomes: ['chat.turn.delta'], entries: toDeltas },
    'chat.interrupted': AS_SAID,
    'chat.message.dropped': AS_SAID,
    'chat.request.opened': AS_SAID,
    'chat.request.closed': AS_SAID,
    'chat.task.changed': AS_SAID,
    'chat.deleted': AS_SAID,
    /** Written as one line behind all else of a step, together with what its state made of the summary. */
    'chat.updated': { becomes: ['chat.updated'], entries: () => [] },
  },
  credential: { 'credentials.changed': AS_SAID, error: AS_SAID },
  engine: {
    'budget.changed': AS_SAID,
    'chat.crashed': {
      becomes: ['error'],
      entries: ({ chatId, isGivenUp, error }) => {
        const code = isGivenUp ? 'chat_given_up' : 'chat_crashed';
        return [{ type: 'error', payload: { code, message: String(error), context: { chatId } } }];
      },
    },
    'actor.crashed': {
      becomes: ['error', 'hooks.failed', 'boot.changed', 'engine.ready'],
      entries: (said, known) => [crashOf(said), ...(said.isGivenUp ? lossesOf(said, known) : [])],
    },
  },
  hook: { 'hooks.progress': AS_SAID, 'hook.changed': NOT_WRITTEN },
  login: {
    'login.renewed': NOT_WRITTEN,
    'login.replaced': NOT_WRITTEN,
    'login.refused': NOT_WRITTEN,
    'login.changed': NOT_WRITTEN,
  },
  archive: { error: AS_SAID },
  mirror: { error: AS_SAID, 'workspace.moved': NOT_WRITTEN },
  outbox: { error: AS_SAID, 'event.settled': NOT_WRITTEN },
  startHooks: {
    'hooks.started': AS_SAID,
    'hooks.completed': AS_SAID,
    'hooks.failed': AS_SAID,
    error: AS_SAID,
  },
  counters: { 'engine.status.changed': AS_SAID },
  repositories: { 'repo.discovered': AS_SAID, 'repo.status.changed': AS_SAID },
  hookFiles: {
    'hookFile.refused': {
      becomes: ['hooks.status'],
      entries: ({ hook }, { hooks: { isRunning } }) => {
        const { repoName, hookType, kind, error } = hook;
        const stands = { running: isRunning, completed: !isRunning, repoName, kind };
        const payload = { ...stands, ...(hookType && { hookType }), ...(error && { error }) };
        return [{ type: 'hooks.status', payload, record: { hooks: [hook] } }];
      },
    },
  },
  plans: { 'plan.changed': AS_SAID },
  canvas: { 'canvas.changed': AS_SAID },
  previews: { 'preview.changed': AS_SAID },
  home: {
    'file.damaged': {
      becomes: ['error'],
      entries: ({ damage: { file, keptAs, reason } }) => {
        const fate = keptAs === null ? 'Nothing of it is left to keep' : `It is kept as ${keptAs}`;
        const message = `${file} was damaged. ${fate}; a new one was begun.`;
        const context = { file, keptAs };
        return [{ type: 'error', payload: { code: 'file_damaged', message, details: reason, context } }];
      },
    },
  },
  eventLog: {
    'events.givenUp': {
      becomes: ['error'],
      entries: ({ range, isKept }) => {
        const where = isKept ? 'they are kept in the dead-letter file' : 'they could not be kept';
        const message = `${range.count} events left the log before the control plane could be told; ${where}.`;
        return [{ type: 'error', payload: { code: 'webhooks_given_up', message, context: { ...range } } }];
      },
    },
  },
};

export type Source = keyof Sayings;

export function isSource(name: string): name is Source {
  return Object.hasOwn(TABLE, name);
}

/** The lines that something said becomes. */
export function entriesOf<From extends Source>(source: From, said: Sayings[From], known: Known): Entry[] {
  const row = (TABLE[source] as Record<string, typeof AS_SAID | Row<Sayings[From]>>)[said.type];
  if (row === AS_SAID) return [said as Entry];
  return row?.entries(said, known) ?? [];
}

/** What is said of which each event is made, as `source: type`, by the type of the event. */
export function originsOf(type: EngineEventType): string[] {
  return Object.entries(TABLE).flatMap(([source, rows]) =>
    Object.entries<typeof AS_SAID | Pick<Row<never>, 'becomes'>>(rows).flatMap(([said, row]) =>
      (row === AS_SAID ? said === type : row.becomes.includes(type)) ? [`${source}: ${said}`] : [],
    ),
  );
}

/** One line per event; the last one carries the private part. */
function toDeltas({ payload: { chatId, messageId, events }, record }: ChatSaid): Entry[] {
  return events.map((event, index) => ({
    type: 'chat.turn.delta',
    payload: { chatId, messageId, event },
    ...(index === events.length - 1 && record !== undefined ? { record } : {}),
  }));
}

function changeOf(boot: Boot): Extract<Entry, { type: 'boot.changed' }> {
  const { since: _, ...payload } = boot;
  return { type: 'boot.changed', payload };
}

/** What an actor that was given up leaves unsaid. */
function lossesOf({ actorId }: ActorCrashed, { hooks: { run }, boot }: Known): Entry[] {
  if (actorId === 'boot')
    return [
      changeOf(boot.at('ready', { reason: 'Boot broke again and again; the engine goes on without it.' })),
      { type: 'engine.ready', payload: { version: 'v1' } },
    ];
  if (actorId !== 'startHooks' || run?.state !== 'running') return [];
  const { runId, kind } = run;
  const payload = { runId, kind, running: false, completed: true };
  return [{ type: 'hooks.failed', payload, record: { hookRun: { ...run, state: 'failed' } } }];
}
