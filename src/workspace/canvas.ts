import { extname } from 'node:path';
import type { CanvasItem, CanvasItemSummary, CanvasKind } from '../contract/canvas.ts';
import { EngineError } from '../errors.ts';
import { listFiles, newestFirst, readFolderFile } from './folder-files.ts';
import type { FolderFile } from './folder-files.ts';

/** A larger item is listed, and answered without its content. */
const ITEM_BYTES = 5 * 1024 * 1024;

/** What agents put into the folder, newest first. */
export async function listCanvas(folder: string): Promise<CanvasItemSummary[]> {
  return (await listFiles(folder)).map(toSummary).toSorted(newestFirst);
}

/** @throws {EngineError} `CANVAS_ITEM_NOT_FOUND`, also for names that lead elsewhere. */
export async function readCanvas(folder: string, filename: string): Promise<CanvasItem> {
  const found = await readFolderFile(folder, filename, (bytes) => (bytes > ITEM_BYTES ? 0 : bytes));
  if (found === undefined) throw new EngineError('CANVAS_ITEM_NOT_FOUND', { filename });
  const { file, bytes } = found;
  const item = { ...toSummary(file), mimeType: typeOf(filename).mimeType };
  if (file.sizeBytes > ITEM_BYTES) return { ...item, tooLarge: true };
  const isText = item.kind === 'markdown' || item.kind === 'html';
  return isText
    ? { ...item, content: new TextDecoder().decode(bytes) }
    : { ...item, base64: bytes.toString('base64') };
}

function toSummary(file: FolderFile): CanvasItemSummary {
  return { ...file, kind: typeOf(file.filename).kind };
}

function typeOf(filename: string): { kind: CanvasKind; mimeType: string } {
  const mimeType = MEDIA_TYPES.get(extname(filename).slice(1).toLowerCase()) ?? 'application/octet-stream';
  return { kind: kindOf(mimeType), mimeType };
}

function kindOf(mimeType: string): CanvasKind {
  if (mimeType === 'text/markdown') return 'markdown';
  if (mimeType === 'text/html') return 'html';
  const [family] = mimeType.split('/');
  return family === 'image' || family === 'video' || family === 'audio' ? family : 'other';
}

const MEDIA_TYPES = new Map(
  Object.entries({
    md: 'text/markdown',
    markdown: 'text/markdown',
    html: 'text/html',
    htm: 'text/html',
    png: 'image/png',
    jpg: 'image/jpeg',
    jpeg: 'image/jpeg',
    gif: 'image/gif',
    webp: 'image/webp',
    avif: 'image/avif',
    bmp: 'image/bmp',
    svg: 'image/svg+xml',
    mp4: 'video/mp4',
    webm: 'video/webm',
    mov: 'video/quicktime',
    mp3: 'audio/mpeg',
    wav: 'audio/wav',
    ogg: 'audio/ogg',
    m4a: 'audio/mp4',
    flac: 'audio/flac',
    pdf: 'application/pdf',
    json: 'application/json',
    csv: 'text/csv',
    txt: 'text/plain',
  }),
);
