/** Fetches a picture that a message names by its URL, from the internet only. */
import { lookup as lookUp, type LookupAddress } from 'node:dns';
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Image } from '../contract/messages.ts';
import { reasonOf } from '../contract/reason-of.ts';
import { EngineError } from '../errors.ts';
import { isPublicAddress } from './public-address.ts';

export interface FetchImagesOptions {
  /** Hosts that may be asked though their addresses are not of the internet. */
  allowedHosts: ReadonlySet<string>;
  /** For all images of one message together. */
  maxBytes?: number;
  timeoutMs?: number;
  resolve?: Resolve;
}

type Resolve = (
  name: string,
  options: { all: true },
  done: (error: Error | null, addresses: LookupAddress[]) => void,
) => void;

const MAX_BYTES = 20 * 1024 * 1024;
const TIMEOUT_MS = 20_000;
const REDIRECTS_MAX = 3;

/** The images with what their URLs lead to in place of the URLs: no agent fetches anything itself. */
export function createImageFetcher(
  options: FetchImagesOptions,
): (images: readonly Image[]) => Promise<Image[]> {
  const { maxBytes = MAX_BYTES, timeoutMs = TIMEOUT_MS } = options;
  return async (images) => {
    if (images.length === 0) return []; // as most messages have: a timer for each would live on for half a minute
    const signal = AbortSignal.timeout(timeoutMs);
    const fetched: Image[] = [];
    let left = maxBytes;
    for (const { type, source } of images) {
      const bytes =
        source.type === 'url' ? await fetchOne(source.url, { ...options, signal, maxBytes: left }) : null;
      left -= bytes?.length ?? 0;
      fetched.push({
        type,
        source: bytes === null || source.type !== 'url' ? source : inlined(source.url, bytes),
      });
    }
    return fetched;
  };
}

interface Fetching extends FetchImagesOptions {
  signal: AbortSignal;
  maxBytes: number;
}

async function fetchOne(given: string, fetching: Fetching): Promise<Buffer> {
  try {
    return await follow(new URL(given), fetching);
  } catch (error) {
    if (error instanceof EngineError) throw error;
    const isLate = fetching.signal.aborted;
    throw refusal(given, isLate ? 'it did not come in time' : reasonOf(error), error);
  }
}

async function follow(url: URL, fetching: Fetching, redirects = 0): Promise<Buffer> {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new Error('it is no http or https URL');
  if (url.username !== '' || url.password !== '') throw new Error('it holds a user name or a password');
  const response = await ask(url, fetching);
  const { statusCode = 0, headers } = response;
  if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
    response.destroy();
    if (redirects === REDIRECTS_MAX) throw new Error('it leads from one address to the next');
    return follow(new URL(headers.location, url), fetching, redirects + 1);
  }
  if (statusCode === 200) return read(response, fetching.maxBytes);
  response.destroy();
  throw new Error(`its server answers with status ${statusCode}`);
}

function ask(url: URL, fetching: Fetching): Promise<IncomingMessage> {
  const { allowedHosts, signal } = fetching;
  const host = hostOf(url);
  if (isIP(host) !== 0 && !allowedHosts.has(host) && !isPublicAddress(host)) throw new Error(NOT_PUBLIC);
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  const options = { lookup: checked(host, fetching), signal, agent: false, headers: { accept: 'image/*' } };
  return new Promise((answer, fail) => request(url, options, answer).on('error', fail).end());
}

/** The address that is connected to is the one that was checked, whatever the name leads to a moment later. */
function checked(host: string, { allowedHosts, resolve = lookUp }: Fetching): LookupFunction {
  return (name, { all }, done) => {
    resolve(name, { all: true }, (error, found) => {
      const addresses: LookupAddress[] = found ?? [];
      const [first] = addresses;
      const isPublic = addresses.every(({ address }) => isPublicAddress(address));
      if (error !== null) done(error, []);
      else if (first === undefined || !(isPublic || allowedHosts.has(host))) done(new Error(NOT_PUBLIC), []);
      else if (all === true) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

async function read(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += (chunk as Buffer).length;
    if (size > maxBytes) throw new Error('it is too large');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function inlined(url: string, bytes: Buffer): Image['source'] {
  const mediaType = mediaTypeOf(bytes);
  if (mediaType === null) throw refusal(url, 'it is no PNG, JPEG, GIF or WebP');
  return { type: 'base64', media_type: mediaType, data: bytes.toString('base64') };
}

const NOT_PUBLIC = 'its address is not one of the internet';

/** What a query holds is often a key. */
function refusal(url: string, reason: string, cause?: unknown): EngineError {
  const shown = URL.canParse(url)
    ? `${new URL(url).protocol}//${new URL(url).host}${new URL(url).pathname}`
    : '';
  return new EngineError('IMAGE_REFUSED', { url: shown.slice(0, 500), reason }, { cause });
}

type MediaType = Extract<Image['source'], { type: 'base64' }>['media_type'];

/** Told by how it begins, not by what a server says; null for anything that no agent takes. */
function mediaTypeOf(bytes: Buffer): MediaType | null {
  const start = bytes.toString('latin1', 0, 12);
  if (start.startsWith('\u0089PNG\r\n\u001A\n')) return 'image/png';
  if (start.startsWith('\u00FF\u00D8\u00FF')) return 'image/jpeg';
  if (/^GIF8[79]a/.test(start)) return 'image/gif';
  return /^RIFF[^]{4}WEBP/.test(start) ? 'image/webp' : null;
}
