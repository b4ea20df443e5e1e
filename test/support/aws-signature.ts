import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface AwsKeys {
  AWS_ACCESS_KEY_ID: string;
  AWS_SECRET_ACCESS_KEY: string;
  AWS_REGION: string;
  AWS_SESSION_TOKEN?: string;
}

export interface SignedRequest {
  method: string;
  /** As it was sent, with its query. */
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

interface Authorization {
  accessKeyId: string;
  date: string;
  region: string;
  service: string;
  signedHeaders: string;
  signature: string;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=(?<accessKeyId>[^/]+)\/(?<date>\d+)\/(?<region>[^/]+)\/(?<service>[^/]+)\/aws4_request, SignedHeaders=(?<signedHeaders>[^,]+), Signature=(?<signature>\w+)$/;

/** Which access key a request claims to be signed with; null when it is not signed. */
export function accessKeyOf({ headers }: SignedRequest): string | null {
  return authorizationOf(headers)?.accessKeyId ?? null;
}

/** Whether a request was signed (Signature Version 4) with all of these keys, as Bedrock finds out. */
export function isSignedWith(keys: AwsKeys, request: SignedRequest): boolean {
  const authorization = authorizationOf(request.headers);
  if (authorization === null) return false;
  return (
    authorization.accessKeyId === keys.AWS_ACCESS_KEY_ID &&
    authorization.region === keys.AWS_REGION &&
    request.headers['x-amz-security-token'] === keys.AWS_SESSION_TOKEN &&
    authorization.signature === signatureOf(request, { authorization, secret: keys.AWS_SECRET_ACCESS_KEY })
  );
}

function authorizationOf({ authorization = '' }: IncomingHttpHeaders): Authorization | null {
  return (AUTHORIZATION.exec(authorization)?.groups as Authorization | undefined) ?? null;
}

function signatureOf(
  request: SignedRequest,
  { authorization, secret }: { authorization: Authorization; secret: string },
): string {
  const { date, region, service, signedHeaders } = authorization;
  const scope = [date, region, service, 'aws4_request'];
  const canonical = sha256(canonicalRequest(request, signedHeaders));
  const toSign = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope.join('/'), canonical].join('\n');
  const key = scope.reduce<Buffer>((before, part) => hmac(before, part), Buffer.from(`AWS4${secret}`));
  return hmac(key, toSign).toString('hex');
}

function canonicalRequest({ method, path, headers, body }: SignedRequest, signedHeaders: string): string {
  const [pathname = '', query = ''] = path.split('?');
  const lines = signedHeaders.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const uri = encodeURIComponent(pathname).replaceAll('%2F', '/');
  return [method, uri, query, lines.join(''), signedHeaders, sha256(body)].join('\n');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
