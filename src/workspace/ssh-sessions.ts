import { ESTABLISHED, socketsIn } from '../processes/tcp-table.ts';

const SSH_PORT = 22;

/** Whether somebody is logged in over SSH: an established TCP connection to port 22 of this machine. */
export function hasActiveSshSessions(tables?: readonly string[]): boolean {
  return socketsIn(ESTABLISHED, tables).some(({ port }) => port === SSH_PORT);
}

/** What `look` saw, looked up again only after `milliseconds`: for counters that are read at every step. */
export function rememberBriefly<Value>(look: () => Value, milliseconds: number): () => Value {
  let seen: { value: Value; at: number } | undefined;
  return () => {
    const now = performance.now();
    if (seen === undefined || now - seen.at >= milliseconds) seen = { value: look(), at: now };
    return seen.value;
  };
}
