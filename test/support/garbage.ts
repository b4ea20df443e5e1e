import { pick } from './random.ts';

type Random = () => number;

export interface Operation {
  method: string;
  /** `/chats/{chatId}` */
  path: string;
}

/** A request as bytes: HTTP that is wrong somewhere, or everywhere. */
export function rawGarbage(
  random: Random,
  { operations, secret }: { operations: readonly Operation[]; secret: string },
): Buffer {
  const request = Buffer.from(formRequest(random, { operations, secret }), 'latin1');
  return pick<() => Buffer>(random, [
    () => randomBytes(random, Math.floor(random() * 2_000)),
    () => mutate(request, random),
    () => mutate(request, random),
    () => request.subarray(0, Math.floor(random() * request.length)),
    () => request,
  ])();
}

function formRequest(
  random: Random,
  { operations, secret }: { operations: readonly Operation[]; secret: string },
): string {
  const { method, path } = pick(random, operations);
  const target = pick(random, [toPath(path, random), pick(random, TARGETS)]);
  const verb = pick(random, [method, method, method, ...METHODS]);
  const body = bodyOf(random);
  const headers = [
    `Host: ${pick(random, HOSTS)}`,
    ...(random() < 0.8 ? [`X-Replicas-Engine-Secret: ${secret}`] : []),
    ...(random() < 0.5 ? [pick(random, HEADERS)] : []),
    ...(body === ''
      ? []
      : [pick(random, [`Content-Length: ${Buffer.byteLength(body, 'latin1')}`, ...LENGTHS])]),
  ];
  const version = pick(random, ['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/9', 'ICY']);
  return `${verb} ${target} ${version}\r\n${headers.join('\r\n')}\r\n\r\n${body}`;
}

/** A path of the interface whose parameters are anything. */
export function toPath(path: string, random: Random): string {
  const filled = path.replaceAll(/\{\w+\}/g, () => encodeURIComponent(pick(random, TEXTS)));
  return random() < 0.5 ? filled : `${filled}?${pick(random, QUERIES)}`;
}

/** A body that is some JSON, or none. */
export function bodyOf(random: Random): string {
  if (random() < 0.2)
    return pick(random, ['', '{', '[]', 'null', '\u00ff\u00fe{', '\u001f\u008b', '"', '{"a":1}{']);
  const fields = Array.from({ length: Math.floor(random() * 5) }, () => [
    pick(random, FIELDS),
    valueOf(random, 0),
  ]);
  return JSON.stringify(Object.fromEntries(fields));
}

function valueOf(random: Random, depth: number): unknown {
  const inner = () => (depth > 3 ? null : valueOf(random, depth + 1));
  return pick<() => unknown>(random, [
    () => pick(random, TEXTS),
    () => pick(random, [0, -1, 1.5, 1e308, 2 ** 53, -0]),
    () => pick(random, [true, false, null]),
    () => Array.from({ length: Math.floor(random() * 4) }, inner),
    () => ({ [pick(random, FIELDS)]: inner(), [pick(random, FIELDS)]: inner() }),
  ])();
}

function mutate(bytes: Buffer, random: Random): Buffer {
  const changed = [...bytes];
  for (let count = 1 + Math.floor(random() * 6); count > 0; count -= 1) {
    const place = Math.floor(random() * changed.length);
    const byte = pick(random, [0, 9, 10, 13, 32, 37, 58, 127, 128, 255, Math.floor(random() * 256)]);
    pick(random, [
      () => changed.splice(place, 1),
      () => changed.splice(place, 0, byte),
      () => changed.splice(place, 1, byte),
    ])();
  }
  return Buffer.from(changed);
}

function randomBytes(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
}

const METHODS = ['PUT', 'HEAD', 'OPTIONS', 'TRACE', 'CONNECT', 'PROPFIND', 'get', 'BREW', ''];

const TARGETS = [
  '/',
  '*',
  '//',
  '/../etc/passwd',
  '/chats/%zz',
  '/chats/%00',
  '/chats/%ff%fe',
  '/inspect/../status',
  'http://x:99999/health',
  'http://1.2.3.4.5/health',
  'https://u:p@x/health?a#b',
  'foo://x/health',
  'health',
  '/health?a=%&b=%zz',
  `/${'x'.repeat(9_000)}`,
  `/${'x'.repeat(40_000)}`,
  '/\\..\\',
  '/[::1]',
];

const HOSTS = [
  'x',
  'x',
  '127.0.0.1:3737',
  '[::1]',
  '',
  'x:99999',
  '1.2.3.4.5',
  'a b',
  'a/b',
  'u:p@x',
  '[::1',
  'x:',
  '%00',
  'xn--a',
  '\u00e4',
];

const HEADERS = [
  'Expect: 100-continue',
  'Expect: miracles',
  'Connection: Upgrade\r\nUpgrade: websocket',
  'Connection: close',
  'Content-Encoding: gzip',
  'Content-Type: text/plain; charset=utf-16',
  'X-Request-Id: a b',
  `X-Long: ${'x'.repeat(20_000)}`,
  'Last-Event-ID: nonsense',
  'Host: another',
  'No colon',
  ' folded: yes',
  'X-Forwarded-Host: x:99999',
];

const LENGTHS = [
  'Content-Length: 0',
  'Content-Length: 1',
  'Content-Length: -1',
  'Content-Length: 99999999999999999999',
  'Content-Length: 1\r\nContent-Length: 2',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: gzip, chunked',
];

const TEXTS = [
  '',
  'a',
  '..',
  '.',
  '/',
  '%',
  '\0',
  '\ud800',
  '\u202e',
  'claude',
  'nobody',
  'start',
  '__proto__',
  'constructor',
  'x'.repeat(201),
  'ä ö\n\r\t',
  '{"a":1}',
].map((text) => text.toWellFormed());

const QUERIES = [
  'limit=abc',
  'limit=-1',
  'limit=1e999',
  'limit=1001&offset=-5',
  'offset=99999999999999999999',
  'before=%00',
  'after=nonsense',
  'types=nonsense',
  'types=,',
  'chatId=',
  'partial=maybe',
  'includeDiffs=%ff',
  'queue=burn',
  'follow=7',
  'repo=..%2f..',
  'type=other',
  '=&&==%',
  '__proto__=1&__proto__[a]=2',
];

const FIELDS = [
  'message',
  'messageId',
  'provider',
  'title',
  'id',
  'clientRequestId',
  'parentChatId',
  'policy',
  'images',
  'planMode',
  'thinkingLevel',
  'model',
  'position',
  'decision',
  'answers',
  'plan',
  'type',
  'source',
  '__proto__',
  'toString',
];
