import { createServer, type RequestListener } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createImageFetcher, type FetchImagesOptions } from '../../src/chats/fetch-image.ts';
import { isPublicAddress } from '../../src/chats/public-address.ts';
import { listenInTest } from '../support/loopback.ts';

const PNG = Buffer.from('\u0089PNG\r\n\u001A\nrest', 'latin1');
const HERE = new Set(['127.0.0.1']);

describe('an image that is named by its URL', () => {
  it.each([
    ['image/png', PNG],
    ['image/jpeg', Buffer.from('\u00FF\u00D8\u00FFrest', 'latin1')],
    ['image/gif', Buffer.from('GIF89arest')],
    ['image/webp', Buffer.from('RIFF1234WEBPrest')],
  ])('becomes its data, told by how it begins: %s', async (mediaType, bytes) => {
    const url = await serve((_, response) => response.end(bytes));
    expect(await fetchFrom(url)).toEqual([imageOf(bytes, mediaType)]);
  });

  it('costs no timer when there is none', async () => {
    const timeouts = vi.spyOn(AbortSignal, 'timeout');
    onTestFinished(() => timeouts.mockRestore());

    expect(await createImageFetcher({ allowedHosts: HERE })([])).toEqual([]);
    expect(timeouts).not.toHaveBeenCalled();
  });

  it('is fetched through redirects, and data is left as it is', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/image') response.end(PNG);
      else response.writeHead(302, { location: '/image' }).end();
    });
    const given = imageOf(PNG);
    expect(await createImageFetcher({ allowedHosts: HERE })([given, named(`${url}/a`)])).toEqual([
      given,
      given,
    ]);
  });

  it.each([
    ['file:///etc/passwd', 'it is no http or https URL'],
    ['data:image/png;base64,AAAA', 'it is no http or https URL'],
    ['https://user:key@example.test/a.png', 'it holds a user name or a password'],
    ['http://127.0.0.1/a.png', 'its address is not one of the internet'],
    ['http://0x7f.1/a.png', 'its address is not one of the internet'],
    ['http://2130706433/a.png', 'its address is not one of the internet'],
    ['http://[::1]/a.png', 'its address is not one of the internet'],
    ['http://[::ffff:169.254.169.254]/a.png', 'its address is not one of the internet'],
    ['http://169.254.169.254/latest/meta-data', 'its address is not one of the internet'],
    ['http://metadata.test/a.png', 'its address is not one of the internet'],
    ['http://nowhere.test/a.png', 'not found'],
  ])('is refused: %s, because %s', async (url, reason) => {
    await expect(fetchFrom(url, { allowedHosts: new Set(), resolve: resolveTests })).rejects.toMatchObject({
      code: 'IMAGE_REFUSED',
      status: 422,
      context: { reason },
    });
  });

  it.each<[string, RequestListener]>([
    ['it is no PNG, JPEG, GIF or WebP', (_, response) => response.end('<html>')],
    ['it is too large', (_, response) => response.end(Buffer.concat([PNG, Buffer.alloc(2_000)]))],
    ['its server answers with status 404', (_, response) => response.writeHead(404).end()],
    ['it leads from one address to the next', (_, response) => redirect(response, '/again')],
    [
      'its address is not one of the internet',
      (_, response) => redirect(response, 'http://169.254.169.254/'),
    ],
    ['its address is not one of the internet', (_, response) => redirect(response, 'http://localhost/')],
    ['it is no http or https URL', (_, response) => redirect(response, 'file:///etc/passwd')],
  ])('is refused: %s', async (reason, listener) => {
    const url = await serve(listener);
    await expect(fetchFrom(url, { maxBytes: 1_000 })).rejects.toMatchObject({
      code: 'IMAGE_REFUSED',
      context: { url: `${url}/a.png`, reason },
    });
  });

  it('is refused: it did not come in time', async () => {
    const url = await serve((_, response) => response.write(PNG));
    await expect(fetchFrom(url, { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'IMAGE_REFUSED',
      context: { url: `${url}/a.png`, reason: 'it did not come in time' },
    });
  });

  it('never shows what stands in its query', async () => {
    const url = await serve((_, response) => response.writeHead(403).end());
    await expect(fetchFrom(`${url}/a.png?token=key`)).rejects.toThrow(
      `The image "${url}/a.png" cannot be used: its server answers with status 403. Send its data instead.`,
    );
  });
});

it.each([
  ['8.8.8.8', true],
  ['2606:4700:4700::1111', true],
  ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.2', '169.254.1.1', '172.31.0.1', '192.168.0.1'].map(
    isNot,
  ),
  ...['198.18.0.1', '224.0.0.1', '255.255.255.255', '::', '::1', '::ffff:8.8.8.8', '64:ff9b::1'].map(isNot),
  ...['fc00::1', 'fe80::1', 'ff02::1', '2001:db8::1', '2002:7f00:1::', 'name'].map(isNot),
])('of the internet is %s: %s', (address, isPublic) => {
  expect(isPublicAddress(address)).toBe(isPublic);
});

function isNot(address: string): [string, boolean] {
  return [address, false];
}

async function serve(listener: RequestListener): Promise<string> {
  return (await listenInTest(createServer(listener))).url;
}

function redirect(response: Parameters<RequestListener>[1], location: string): void {
  response.writeHead(302, { location }).end();
}

function named(url: string) {
  return { type: 'image' as const, source: { type: 'url' as const, url } };
}

function imageOf(bytes: Buffer, mediaType = 'image/png') {
  const source = {
    type: 'base64' as const,
    media_type: mediaType as 'image/png',
    data: bytes.toString('base64'),
  };
  return { type: 'image' as const, source };
}

function fetchFrom(url: string, options: Partial<FetchImagesOptions> = {}) {
  const isBare = /^http:\/\/[\d.]+:\d+$/.test(url);
  return createImageFetcher({ allowedHosts: HERE, ...options })([named(isBare ? `${url}/a.png` : url)]);
}

/** A name that leads where nobody may look, and one that leads nowhere. */
const resolveTests: NonNullable<FetchImagesOptions['resolve']> = (name, _, done) => {
  if (name === 'metadata.test') done(null, [{ address: '169.254.169.254', family: 4 }]);
  else done(new Error('not found'), []);
};
