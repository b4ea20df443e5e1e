import { hash, timingSafeEqual } from 'node:crypto';
import type { Middleware } from 'h3';
import { EngineError } from '../errors.ts';

/** Lets only callers pass who know the secret, except to routes that are registered as open. */
export function requireSecret(secret: string): Middleware {
  const expected = digest(secret);
  return ({ req, context }, next) => {
    if (context.matchedRoute?.meta?.['isOpen'] === true) return next();
    const given = digest(req.headers.get('x-replicas-engine-secret') ?? '');
    // Digests have one length, so that the comparison takes the same time for every guess.
    if (!timingSafeEqual(given, expected)) throw new EngineError('UNAUTHORIZED');
    return next();
  };
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
