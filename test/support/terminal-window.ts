import { randomUUID } from 'node:crypto';
import { execa } from 'execa';
import { expect, onTestFinished } from 'vitest';
import { hasCommand, provideDebianPackage } from './debian-package.ts';

/** A program in a real terminal. */
export interface TerminalWindow {
  /** What stands on it, row by row, without trailing spaces. */
  screen(): Promise<string>;
  type(text: string): Promise<void>;
  /** A key by its name in tmux: `Enter`, `C-c`. */
  press(key: string): Promise<void>;
  waitFor(text: string): Promise<void>;
}

export interface WindowOptions {
  env: Readonly<Record<string, string | undefined>>;
  columns?: number;
  rows?: number;
}

/** Runs `command` in a terminal until the test is over. When the program ends, its exit code is shown. */
export async function openWindow(command: string, options: WindowOptions): Promise<TerminalWindow> {
  await provideDebianPackage('tmux', () => hasCommand('tmux'));
  const { env, columns = 100, rows = 50 } = options;
  const socket = `engine-test-${randomUUID()}`;
  const tmux = async (...parameters: string[]): Promise<string> => {
    const { stdout } = await execa('tmux', ['-u', '-L', socket, '-f', '/dev/null', ...parameters], {
      env: { ...env, TERM: 'xterm-256color', LANG: 'C.UTF-8' },
    });
    return stdout;
  };
  const size = ['-x', String(columns), '-y', String(rows)];
  await tmux('new-session', '-d', ...size, `${command}; echo "exited with $?"; exec cat`);
  const screen = () => tmux('capture-pane', '-p');
  onTestFinished(async ({ task }) => {
    if (task.result?.state === 'fail') console.error(await screen().catch(String));
    await tmux('kill-server');
  });
  return {
    screen,
    type: async (text) => void (await tmux('send-keys', '-l', text)),
    press: async (key) => void (await tmux('send-keys', key)),
    waitFor: (text) => expect.poll(screen, { timeout: 60_000, interval: 100 }).toContain(text),
  };
}
