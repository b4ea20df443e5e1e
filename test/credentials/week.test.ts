import { beforeAll, describe, expect, it } from 'vitest';
import { PROVIDERS, simulateCredentials } from '../support/simulated-credentials.ts';
import { createRandom } from '../support/random.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Down for six hours on the third day. */
const OUTAGE = { from: 2 * DAY, to: 2 * DAY + 6 * HOUR };
/** Asleep over two nights. */
const NIGHTS = [1 * DAY + 12 * HOUR, 4 * DAY + 12 * HOUR];
const NIGHT = 11 * HOUR;

interface Turn {
  outcome: 'completed' | 'healed' | 'lost';
  wasDown: boolean;
}

describe('a week with tokens of one hour, two nights asleep and a control plane that is down for six hours', () => {
  const turns: Turn[] = [];
  const counts = { mostAtOnce: 0, issued: 0, refused: 0 };

  beforeAll(async () => {
    const random = createRandom(1);
    const { plane, board, now, pass, sleep, turn, settled } = simulateCredentials({ random });
    const begin = now();
    const nights = [...NIGHTS];
    await settled();
    while (now() - begin < 7 * DAY) {
      const elapsed = now() - begin;
      plane.isDown = elapsed >= OUTAGE.from && elapsed < OUTAGE.to;
      if (nights[0] !== undefined && elapsed >= nights[0]) {
        nights.shift();
        sleep(NIGHT);
        await takeTurns(); // the first ones come before anybody noticed the jump
        board.clockJumped();
        await settled();
      }
      if (random() < 0.01) plane.revoke(PROVIDERS[Math.floor(random() * 3)]!);
      await takeTurns();
      await pass(10 * MINUTE * random());
    }
    Object.assign(counts, plane);

    async function takeTurns(): Promise<void> {
      for (const provider of PROVIDERS) {
        turns.push({ outcome: await turn(provider), wasDown: plane.isDown });
      }
    }
  }, 60_000);

  it('loses no turn while the control plane is up', () => {
    expect(turns.filter(({ outcome, wasDown }) => outcome === 'lost' && !wasDown)).toEqual([]);
  });

  it('goes on with the last good token for a while when it is down', () => {
    const down = turns.filter(({ wasDown }) => wasDown);

    expect(down.filter(({ outcome }) => outcome === 'completed').length).toBeGreaterThan(0);
    expect(down.filter(({ outcome }) => outcome === 'healed')).toEqual([]);
  });

  it('heals turns whose token was revoked or outlived, and refreshes ahead of nearly all others', () => {
    const up = turns.filter(({ wasDown }) => !wasDown);
    const healed = up.filter(({ outcome }) => outcome === 'healed');

    expect(healed.length).toBeGreaterThan(0);
    expect(healed.length).toBeLessThan(up.length / 50);
  });

  it('never asks twice at a time, and not much more often than tokens end', () => {
    expect(counts.mostAtOnce).toBe(1);
    // Each hour awake, less the ten to twenty minutes ahead.
    expect(counts.issued).toBeLessThan((7 * DAY * 3) / (38 * MINUTE));
  });
});
