import { once } from 'node:events';
import { connect } from 'node:net';

export interface RawAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** What comes back over a connection on which `text` was written as it is, up to the end of the first answer. */
export async function sendRaw(url: string, text: string | Buffer): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let received = '';
  socket.setEncoding('latin1');
  socket.on('error', () => undefined); // an engine that refuses may reset what is still being written
  socket.on('data', (part: string) => {
    received += part;
    if (isWhole(received)) socket.destroy();
  });
  socket.write(text);
  await once(socket, 'close');
  return parseAnswer(received);
}

function isWhole(received: string): boolean {
  const { headers, body } = parseAnswer(received);
  const length = headers['content-length'];
  return length !== undefined ? body.length >= Number(length) : body.endsWith('0\r\n\r\n');
}

export function parseAnswer(received: string): RawAnswer {
  const final = received.replace(/^HTTP\/1\.1 100 [^\r]*\r\n\r\n/, '');
  const [head = '', ...rest] = final.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return {
    status: Number(first.split(' ')[1]),
    headers: Object.fromEntries(headers),
    body: rest.join('\r\n\r\n'),
  };
}
