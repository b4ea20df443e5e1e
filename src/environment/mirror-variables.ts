import { oneOf, wholeNumber } from './environment-values.ts';
import { redisUrl } from './redis-url.ts';

/** What the engine reads of its environment about the log that outlives it. */
export const MIRROR_VARIABLES = {
  REPLICA_LOG_URL: redisUrl().optional().meta({
    description:
      'The Redis that the event log is mirrored to: `redis://`, `rediss://`, `redis-cluster://` or `rediss-cluster://`, with user and password in it. Without it there is no mirror.',
  }),
  REPLICA_FEED_EVENTS: wholeNumber({ min: 1000, max: 100_000_000 })
    .default(100_000)
    .meta({ description: 'About how many events each of the 16 feeds of the fleet keeps there.' }),
  REPLICA_ACCEPT: oneOf('local', 'mirrored').default('local').meta({
    description:
      'When a message is accepted: once it is on this disk, or only once the shared log has it too.',
  }),
};
