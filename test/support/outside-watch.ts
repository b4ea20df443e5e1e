import { createServer } from 'node:http';
import { listenInTest } from './loopback.ts';

export interface OutsideWatch {
  /** Sends everything that is not on loopback to the watch. */
  readonly environment: Readonly<Record<string, string>>;
  /** Host and port of everyone that was asked for, oldest first. */
  readonly hosts: readonly string[];
}

/** A proxy that lets nobody out, and notes where they wanted to go. */
export async function startOutsideWatch(): Promise<OutsideWatch> {
  const hosts: string[] = [];
  const server = createServer((request, response) => {
    hosts.push(new URL(request.url ?? '', 'http://unknown').host);
    response.writeHead(403).end();
  });
  server.on('connect', ({ url = '' }, socket) => {
    hosts.push(url);
    socket.on('error', () => undefined); // who was refused may hang up first
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  const { url } = await listenInTest(server);
  return { environment: { HTTPS_PROXY: url, HTTP_PROXY: url, NO_PROXY: '127.0.0.1,localhost' }, hosts };
}
