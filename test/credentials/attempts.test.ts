import { describe, expect, it, vi } from 'vitest';
import { createActor, toPromise } from 'xstate';
import { refreshCredential } from '../../src/credentials/attempts.ts';
import { sha256 } from '../../src/credentials/login.ts';
import type { RefreshOutcome } from '../../src/control-plane/client.ts';
import type { GithubCredential } from '../../src/contract/monolith.ts';

const NOW = 5_000;
const ISSUED = { kind: 'issued' as const, credential: { token: 'one', expiresAt: NOW + 1 } };

describe('an attempt to get a credential', () => {
  it('puts what is issued in place, and says so', async () => {
    const { attempt, keep, onKept } = open(ISSUED);

    expect(await attempt()).toEqual({
      kind: 'issued',
      source: 'token',
      expiresAt: NOW + 1,
      lifetimeMs: 1,
      random: 0.5,
    });
    expect(keep).toHaveBeenCalledWith(ISSUED.credential);
    expect(onKept).toHaveBeenCalledWith('github');
  });

  it.each<RefreshOutcome<GithubCredential>>([
    { kind: 'absent' },
    { kind: 'refused', reason: 'It answered 403.' },
    { kind: 'unavailable', reason: 'It answered 503.', retryAfterMs: 1_000 },
  ])('touches nothing when the answer is $kind', async (outcome) => {
    const { attempt, keep } = open(outcome);

    expect(await attempt()).toEqual(outcome.kind === 'unavailable' ? { ...outcome, random: 0.5 } : outcome);
    expect(keep).not.toHaveBeenCalled();
  });

  it('does not take the credential that was rejected, and asks again later', async () => {
    const { attempt, keep } = open(ISSUED);

    expect(await attempt(sha256('one'))).toEqual({
      kind: 'unavailable',
      reason: 'It issued the credential again that was rejected.',
      random: 0.5,
    });
    expect(keep).not.toHaveBeenCalled();
  });

  it.each([NOW, 0, '1970-01-01T00:00:04Z'])(
    'leaves what is in place when it is issued a credential that ended at %s',
    async (expiresAt) => {
      const { attempt, keep, onKept } = open({ kind: 'issued', credential: { token: 'one', expiresAt } });

      expect(await attempt()).toEqual({
        kind: 'unavailable',
        reason: 'It issued a credential that is over already, by the clock of this machine.',
        random: 0.5,
      });
      expect(keep).not.toHaveBeenCalled();
      expect(onKept).not.toHaveBeenCalled();
    },
  );

  it('comes to nothing when the disk refuses, and tells its code alone', async () => {
    const { attempt, keep, onKept } = open(ISSUED);
    keep.mockRejectedValue(Object.assign(new Error('no space for one'), { code: 'ENOSPC' }));

    expect(await attempt()).toEqual({
      kind: 'unavailable',
      reason: 'It could not be put in place (ENOSPC).',
      random: 0.5,
    });
    expect(onKept).not.toHaveBeenCalled();
  });
});

function open(outcome: RefreshOutcome<GithubCredential>) {
  const keep = vi.fn(() => Promise.resolve('token'));
  const onKept = vi.fn();
  vi.spyOn(Date, 'now').mockReturnValue(NOW);
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  const unasked = () => Promise.reject(new Error('Nobody asked for this one.'));
  const logic = refreshCredential({
    refresh: { github: () => Promise.resolve(outcome), claude: unasked, codex: unasked },
    logins: { github: { keep }, claude: { keep: unasked }, codex: { keep: unasked } },
    onKept,
    settled: () => Promise.resolve(),
  });
  const attempt = (rejectedTokenSha256?: string) => {
    const cause = { reason: 'rejected' as const, ...(rejectedTokenSha256 && { rejectedTokenSha256 }) };
    return toPromise(createActor(logic, { input: { provider: 'github', cause } }).start());
  };
  return { attempt, keep, onKept };
}
