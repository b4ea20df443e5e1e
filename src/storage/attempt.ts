import { reasonOf } from '../contract/reason-of.ts';

/** What `look` finds; `otherwise` where it fails: what it looks for is not there, or not for us to see. */
export function attempt<Found, Otherwise>(look: () => Found, otherwise: Otherwise): Found | Otherwise {
  try {
    return look();
  } catch {
    return otherwise;
  }
}

/** What the system calls an error, such as `ENOENT`; undefined for errors of another kind. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

export function isFullDisk(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(codeOf(error) ?? '');
}

/** Why a disk cannot be written, when that is not for want of room. */
export function troubleOf(error: unknown): { reason?: string } {
  return isFullDisk(error) ? {} : { reason: reasonOf(error) };
}
