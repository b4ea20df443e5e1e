import { changeDraft, draftOf } from './drafts.ts';
import type { Image, PageStore } from './page-state.ts';

export const MEDIA_TYPES: readonly string[] = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];
const MOST_BYTES = 5 * 1024 * 1024;

/** Adds pictures to the draft of a chat. Says why one is not taken. */
export function addImages(store: PageStore, chatId: string, files: readonly File[]): string | null {
  const unfit = files.find(({ type, size }) => !MEDIA_TYPES.includes(type) || size > MOST_BYTES);
  if (unfit !== undefined) return `${unfit.name}: only PNG, JPEG, GIF and WebP of at most 5 MB can be sent.`;
  const images = files.map(toImage);
  // Whoever sends one that cannot be read is told.
  for (const image of images) image.catch(() => undefined);
  changeDraft(store, chatId, { images: [...draftOf(store, chatId).images, ...images] });
  return null;
}

async function toImage(file: File): Promise<Image> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const data = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  return { type: 'image', source: { type: 'base64', media_type: file.type as 'image/png', data } };
}
