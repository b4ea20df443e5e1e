/** Why nothing answers, in words that say what to do. */
export interface ConnectionFailure {
  reason: string;
  /** It will be the same later. */
  isLasting: boolean;
}

export function explainFailure(error: unknown): ConnectionFailure {
  const { code, message } = innermost(error);
  const lasting = LASTING.find(({ pattern }) => pattern.test(code) || pattern.test(message));
  if (lasting !== undefined) return { reason: lasting.reason, isLasting: true };
  const passing = PASSING[code];
  const detail = message || code;
  return { reason: passing === undefined ? detail : `${passing} (${detail})`, isLasting: false };
}

const LASTING = [
  {
    pattern: /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|^EPROTO$/,
    reason: 'it speaks HTTP, not HTTPS. Write http:// instead of https://.',
  },
  {
    pattern: /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/,
    reason:
      'its certificate is not trusted here. NODE_EXTRA_CA_CERTS names a file with the authority that signed it.',
  },
  { pattern: /^ERR_SSL_/, reason: 'its HTTPS is not understood.' },
  { pattern: /^HPE_/, reason: 'what answers does not speak HTTP. Is it the right port, and not https://?' },
  {
    pattern: /^unexpected redirect$/,
    reason: 'it redirects to another address, which is not followed. Name that address.',
  },
  {
    pattern: /^bad port$/,
    reason: 'its port is one that HTTP clients refuse. Give the engine another PORT.',
  },
];

const PASSING: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  ENOTFOUND: 'there is no host of this name',
  EAI_AGAIN: 'its name cannot be looked up',
  EHOSTUNREACH: 'there is no way to its host',
  ENETUNREACH: 'there is no way to its host',
  ETIMEDOUT: 'its host does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'its host does not answer',
};

/** `fetch failed` alone says nothing. */
function innermost(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: '', message: String(error) };
  if (error.cause instanceof Error) return innermost(error.cause);
  const code = 'code' in error ? String(error.code) : '';
  return { code, message: error.message || code || error.name };
}
