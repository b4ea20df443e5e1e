import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Issuer } from '../support/reference-issuer.ts';
import type { Issue, MonolithCall } from '../../src/dev/reference-monolith.ts';
import { say } from '../../src/dev/scripted-steps.ts';
import type { Turn } from '../../src/dev/turn-script.ts';
import { deltasOf, expectExactlyOneEnd, expectNoGap } from '../support/assertions.ts';
import {
  expectNoSecrets,
  run,
  startLoginWorkspace,
  type LoginWorkspace,
  type Provider,
} from './login-workspace.ts';

/** Works, and every login that was issued is no good any more when it has done so. */
const expiring =
  (provider: Provider) =>
  (issuer: Issuer): Turn =>
  (prompt, results) => {
    if (prompt !== 'expire' || results.length > 0) return say(`Said: ${prompt}`);
    for (const token of issuer.tokens) issuer.revoke(token);
    return run(provider, 'echo ran >> runs.txt');
  };

/** The control plane has one token, and no other. */
const issueOnce = (provider: Provider) => {
  let hasToken = true;
  return (issuer: Issuer): Issue =>
    (request) => {
      const isFirst = hasToken;
      hasToken = false;
      return isFirst ? issuer[provider](request) : null;
    };
};

describe.each(['claude', 'codex'] as const)('a turn of %s whose token is refused on the way', (provider) => {
  it('completes after one refresh, told to the model once', async () => {
    const place = await startLoginWorkspace({ provider, turn: expiring(provider) });
    const { workspace, chatId } = place;
    const stream = await workspace.client.follow();
    const message = await workspace.client.send(chatId, 'expire');
    expect(await stream.waitForEnd(message)).toMatchObject({ payload: { outcome: 'completed' } });
    await expectHealed(place);
    expect(rejections(place)).toHaveLength(1);
    expectNoGap(stream.events);
    expectNoSecrets(place, stream.events);
  });

  it('completes with the API key when there is no other token, which is left alone from then on, also by the next engine', async () => {
    const key = 'sk-of-the-environment';
    const issue = issueOnce(provider);
    const place = await startLoginWorkspace({ provider, turn: expiring(provider), issue, key });
    const { workspace, chatId, gate } = place;
    const stream = await workspace.client.follow({ resume: true });
    const message = await workspace.client.send(chatId, 'expire');
    expect(await stream.waitForEnd(message)).toMatchObject({ payload: { outcome: 'completed' } });
    await expectHealed(place);
    expect(gate.calls.at(-1)).toMatchObject({ credential: key, isLetIn: true });

    await workspace.kill();
    await workspace.start();
    const before = gate.calls.length;
    const next = await workspace.client.send(chatId, 'next');
    expect(await stream.waitForEnd(next)).toMatchObject({ payload: { outcome: 'completed' } });
    expect(new Set(gate.calls.slice(before).map(({ credential }) => credential))).toEqual(new Set([key]));
    expect(rejections(place)).toHaveLength(1);
  });

  it('completes once, although the engine is killed while it waits for the control plane', async () => {
    let isStuck = false;
    const place = await startLoginWorkspace({
      provider,
      turn: expiring(provider),
      fault: (call) => (isStuck && isRejection(call) ? { kind: 'silent' } : undefined),
    });
    const { workspace, chatId } = place;
    isStuck = true;
    const stream = await workspace.client.follow({ resume: true });
    const message = await workspace.client.send(chatId, 'expire');
    await vi.waitFor(() => expect(rejections(place)).toHaveLength(1), 60_000);
    await workspace.kill();
    isStuck = false;
    await workspace.start();
    expect(await stream.waitForEnd(message)).toMatchObject({ payload: { outcome: 'completed' } });
    await expectHealed(place);
    expectExactlyOneEnd(stream.events, [message]);
    expectNoGap(stream.events);
    expect(await workspace.client.history(chatId)).toEqual(deltasOf(stream.events, chatId));
    expectNoSecrets(place, stream.events);
  });
});

/** The tool ran once, the model was told once, no CLI turned to the issuer of its tokens. */
async function expectHealed({ workspace, prompts, hosts }: LoginWorkspace): Promise<void> {
  expect(await readFile(join(workspace.folder, 'runs.txt'), 'utf8')).toBe('ran\n');
  const counts = prompts().map((said) => said.filter((one) => one.trim() === 'expire').length);
  expect(new Set(counts)).toEqual(new Set([1]));
  expect(hosts.filter((host) => /^(auth\.|platform\.|console\.)/.test(host))).toEqual([]);
}

function rejections({ workspace }: LoginWorkspace): MonolithCall[] {
  return workspace.monolith.calls.filter(isRejection);
}

function isRejection({ body }: MonolithCall): boolean {
  return (body as { reason?: string } | null)?.reason === 'rejected';
}
