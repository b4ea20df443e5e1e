import { ESTABLISHED, socketsIn } from '../processes/tcp-table.ts';

const SSH_PORT = 22;

/** Whether somebody is logged in over SSH: an established TCP connection to port 22 of this machine. */
export async function hasActiveSshSessions(tables?: readonly string[]): Promise<boolean> {
  const sockets = await socketsIn(ESTABLISHED, tables);
  return sockets.some(({ port }) => port === SSH_PORT);
}

/** Looks for logins now and every so often, and tells each time that it has looked. */
export function watchSshSessions(everyMs: number, onLook: () => void): { isActive: boolean; close(): void } {
  const look = async () => {
    watch.isActive = await hasActiveSshSessions();
    onLook();
  };
  const timer = setInterval(() => void look(), everyMs).unref();
  const watch = { isActive: false, close: () => clearInterval(timer) };
  void look();
  return watch;
}
