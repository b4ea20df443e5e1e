import type { Image } from '../contract/messages.ts';

type MediaType = Extract<Image['source'], { type: 'base64' }>['media_type'];

/** Told by how it begins, not by what a server says; null for anything that no agent takes. */
export function mediaTypeOf(bytes: Buffer): MediaType | null {
  const start = bytes.toString('latin1', 0, 12);
  if (start.startsWith('\u0089PNG\r\n\u001A\n')) return 'image/png';
  if (start.startsWith('\u00FF\u00D8\u00FF')) return 'image/jpeg';
  if (/^GIF8[79]a/.test(start)) return 'image/gif';
  return /^RIFF[^]{4}WEBP/.test(start) ? 'image/webp' : null;
}
