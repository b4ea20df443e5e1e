import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { RepositoryState } from '../../src/workspace/read-repository.ts';
import { RepositoryView } from '../../src/workspace/repository-view.ts';

const FOLDER = '/workspaces/app';
const NOW = '2026-01-01T00:00:00.000Z';
const BLANK = { name: 'app', path: FOLDER, defaultBranch: '', currentBranch: '', gitDiff: null, remotes: [] };
const TIMED_OUT = { code: 'git_timed_out', message: 'git status took longer than 10000 ms.' };

function stateOf(added: number, more: Partial<RepositoryState> = {}): RepositoryState {
  return { ...BLANK, currentBranch: 'main', gitDiff: { added, removed: 0 }, ...more };
}

/** A repository that answers when the test says so, on a clock the test owns. */
function open() {
  const waiting: ((state: RepositoryState) => void)[] = [];
  const asked: boolean[] = [];
  const late = vi.fn();
  const view = new RepositoryView({
    folder: FOLDER,
    read: ({ withText, began }) => {
      began();
      asked.push(withText);
      return new Promise((resolve) => waiting.push(resolve));
    },
    onSeen: () => undefined,
    onLate: late,
  });
  const answer = async (state: RepositoryState) => {
    waiting.shift()?.(state);
    await vi.advanceTimersByTimeAsync(0);
  };
  const look = (withText = false) => {
    const done = { isOver: false };
    void view.look({ withText }).then(() => (done.isOver = true));
    return done;
  };
  return { view, asked, late, answer, look };
}

async function seen(added: number) {
  const opened = open();
  opened.look();
  await vi.advanceTimersByTimeAsync(0);
  await opened.answer(stateOf(added));
  return opened;
}

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse(NOW) });
  onTestFinished(() => void vi.useRealTimers());
});

it('looks at a repository once for all who ask within a second, and again then or when it may have changed', async () => {
  const { look, view, answer, asked } = await seen(1);
  const looksOf = async () => {
    look();
    await vi.advanceTimersByTimeAsync(0);
    return asked.length;
  };

  await vi.advanceTimersByTimeAsync(900);
  expect(await looksOf()).toBe(1);
  await vi.advanceTimersByTimeAsync(200);
  expect(await looksOf()).toBe(2);
  await answer(stateOf(2));
  expect(await looksOf()).toBe(2);
  view.touch();
  expect(await looksOf()).toBe(3);
});

describe('a repository that does not answer', () => {
  it('is waited for five seconds the first time, and is nothing to tell of until then', async () => {
    const { look, view } = open();
    const first = look();

    await vi.advanceTimersByTimeAsync(4_900);
    expect([first.isOver, view.state]).toEqual([false, undefined]);
    await vi.advanceTimersByTimeAsync(200);

    expect(first.isOver).toBe(true);
    expect(view.state).toEqual({ ...BLANK, error: { code: 'repo_late', message: expect.any(String) } });
  });

  it('is told as it last was, with the time and the reason, once it takes much longer than it used to', async () => {
    const { look, view, late, answer } = await seen(1);
    view.touch();
    const again = look();

    await vi.advanceTimersByTimeAsync(1_100);

    expect(again.isOver).toBe(true);
    expect(view.state).toEqual({
      ...stateOf(1),
      seenAt: NOW,
      error: { code: 'repo_late', message: expect.any(String) },
    });
    expect(late).not.toHaveBeenCalled();
    await answer(stateOf(2));
    expect(view.state).toEqual(stateOf(2));
    expect(late).toHaveBeenCalledOnce();
  });

  it('is not waited for at all after it has timed out, and stays told as it was', async () => {
    const { look, view, answer, asked } = await seen(1);
    view.touch();
    look();
    await vi.advanceTimersByTimeAsync(10_000);
    await answer({ ...BLANK, error: TIMED_OUT });
    expect(view.state).toEqual({ ...stateOf(1), seenAt: NOW, error: TIMED_OUT });

    const within = look();
    await vi.advanceTimersByTimeAsync(0);
    expect([within.isOver, asked.length]).toEqual([true, 2]);
    await vi.advanceTimersByTimeAsync(30_000);
    const later = look();
    await vi.advanceTimersByTimeAsync(0);

    expect([later.isOver, asked.length]).toEqual([true, 3]);
    expect(view.state).toEqual({ ...stateOf(1), seenAt: NOW, error: TIMED_OUT });
    await answer(stateOf(3));
    expect(view.state).toEqual(stateOf(3));
  });

  it('is looked at again at once when it is known to have changed', async () => {
    const { look, view, answer, asked } = await seen(1);
    view.touch();
    look();
    await vi.advanceTimersByTimeAsync(10_000);
    await answer({ ...BLANK, error: TIMED_OUT });

    view.touch();
    look();
    await vi.advanceTimersByTimeAsync(0);

    expect(asked).toHaveLength(3);
  });

  it('is looked at once more for all who ask meanwhile, with its text if one of them wants that', async () => {
    const { look, view, answer, asked } = open();
    look();
    await vi.advanceTimersByTimeAsync(0);
    view.touch();
    const [short, long] = [look(false), look(true)];
    await answer(stateOf(1));
    expect([short.isOver, long.isOver]).toEqual([false, false]);

    await answer(stateOf(2));
    await vi.advanceTimersByTimeAsync(100);

    expect([short.isOver, long.isOver]).toEqual([true, true]);
    expect(asked).toEqual([false, true]);
  });
});
