import { openRequestsOf } from '../../machines/chat.context.ts';
import { processStateOf } from '../chats/agent-process.ts';
import type { LoginBoard } from '../credentials/login-board.ts';
import type { Hub } from '../journal/hub.ts';
import type { Gauges } from '../metrics/exposition.ts';
import type { Home } from './open-home.ts';
import { isAlive } from '../processes/identify.ts';
import { runsIn } from '../processes/run.ts';
import { archiveStatus } from './open-archive.ts';
import { sequenceOf } from '../journal/event-id.ts';
import { mirrorStatus } from './open-mirror.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { Root } from './start-root.ts';
import type { Counters } from '../journal/projection/counters.ts';

interface GaugeSources {
  hub: Hub;
  counters: Counters;
  logins: LoginBoard;
  root: Root;
}

/** What the metrics look up, bound to where it is known. */
export function createGauges(home: Home, { hub, counters, logins, root }: GaugeSources): Gauges {
  const { records, paths, mirror } = home;
  return {
    chats: { help: 'Chats.', read: () => counters.read().chatsTotal },
    chats_processing: { help: 'Chats at work.', read: () => counters.read().chatsProcessing },
    queued_messages: {
      help: 'Messages that wait, in all chats.',
      read: () => [...records.values()].reduce((sum, { queue }) => sum + queue.length, 0),
    },
    open_requests: {
      help: 'Permissions, questions, plans and budgets that wait for an answer.',
      read: () => [...records.values()].reduce((sum, record) => sum + openRequestsOf(record).length, 0),
    },
    repositories: { help: 'Repositories.', read: () => counters.read().reposTotal },
    stream_clients: { help: 'Open streams.', read: () => hub.clients },
    stream_lag_events: {
      help: 'Events that the reader furthest behind has not been sent.',
      read: () => hub.lag,
    },
    ...logGauges(home),
    agent_processes: { help: 'Processes of agents that live.', read: () => countRuns(paths.agents) },
    agent_process_states: {
      help: 'Processes of agents, by state; absent where the next message launches one.',
      labelNames: ['provider', 'state'],
      read: () =>
        [...records.values()].flatMap(({ chat: { id, provider } }) => {
          const state = processStateOf(root.chat(id));
          return state === null ? [] : [{ labels: { provider, state }, count: 1 }];
        }),
    },
    logins: {
      help: 'Logins of agents, by state.',
      labelNames: ['provider', 'state'],
      read: () => logins.states().map((labels) => ({ labels, count: 1 })),
    },
    hook_processes: { help: 'Shells of hooks that run.', read: () => countRuns(paths.hooks) },
    ...(mirror && mirrorGauges(mirror, root)),
    ...(root.archive() !== undefined && archiveGauges(home, root)),
  };
}

function archiveGauges({ journal }: Home, root: Root): Gauges {
  const taken = () => root.archive()?.getSnapshot().context.taken;
  return {
    archive_lag_events: {
      help: 'Events on disk that the archive does not have.',
      read: () => sequenceOf(journal.committedId) - sequenceOf(taken()?.lastEventId ?? journal.startId),
    },
    archive_bytes: {
      help: 'What is in the archive, before it was compressed.',
      read: () => taken()?.bytes ?? 0,
    },
    archive_omitted: { help: 'What is left out of the archive.', read: () => taken()?.omitted.length ?? 0 },
    archive_state: {
      help: 'How the archive stands.',
      labelNames: ['state'],
      read: () => [{ labels: { state: archiveStatus(root).archive?.state ?? 'stopped' }, count: 1 }],
    },
  };
}

function mirrorGauges(mirror: Mirror, root: Root): Gauges {
  return {
    mirror_lag_events: {
      help: 'Events on disk that the shared log does not have.',
      read: () => mirror.lag.events,
    },
    mirror_lag_bytes: { help: 'About how large these are.', read: () => mirror.lag.bytes },
    mirror_lag_seconds: { help: 'How old the oldest of them is.', read: () => mirror.lag.ms / 1000 },
    mirror_state: {
      help: 'How the copy in the shared log stands.',
      labelNames: ['state'],
      read: () => [{ labels: { state: mirrorStatus(mirror, root).state }, count: 1 }],
    },
  };
}

function logGauges({ journal, outbox }: Home): Gauges {
  return {
    event_log_bytes: { help: 'Size of the event log, in all its segments.', read: () => journal.bytes },
    event_log_segments: { help: 'Segments of the event log.', read: () => journal.segmentCount },
    event_log_pending_bytes: {
      help: 'What waits to be written to the event log.',
      read: () => journal.pendingBytes,
    },
    control_plane_lag_events: {
      help: 'Events of the log from the first on that the control plane is still to be told; 0 when it was told all.',
      read: () => outbox.lag,
    },
    storage_low: { help: '1 while the disk has no room.', read: () => Number(journal.isStorageLow) },
  };
}

function countRuns(folder: string): number {
  return runsIn(folder).filter(isAlive).length;
}
