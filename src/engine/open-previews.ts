import { join } from 'node:path';
import { PreviewListSchema, type Preview } from '../contract/previews.ts';
import type { ChatRecord } from '../contract/records.ts';
import type { Home } from './open-home.ts';
import { Previews } from '../previews/previews.ts';
import type { Recorder } from '../journal/projection/recorder.ts';
import { readIfFile } from '../storage/read-if-file.ts';
import { replaceFile } from '../storage/replace-file.ts';
import { parseJson } from '../contract/parse-json.ts';

export interface OpenPreviewsOptions {
  recorder: Recorder;
  /** What may be shown of an argument. */
  redact: (text: string) => string;
}

/** Begins to watch the ports of the workspace; agents read of them in a file, everybody else by events. */
export function openPreviews(
  { environment, log, paths, records }: Home,
  { recorder, redact }: OpenPreviewsOptions,
): Previews {
  const file = join(paths.replicas, 'preview-ports.json');
  const template = environment.PREVIEW_URL_TEMPLATE.replaceAll('{workspaceId}', environment.WORKSPACE_ID);
  return new Previews({
    home: paths.home,
    publicUrl: (port) => template.replaceAll('{port}', String(port)),
    chatOf: (runId) => chatOf(runId, records),
    redact,
    saved: readSaved(file),
    async onChange(previews) {
      await replaceFile(file, `${JSON.stringify({ previews }, null, 2)}\n`).catch((error: unknown) =>
        log.warn({ err: error }, 'the ports of the workspace could not be saved'),
      );
      recorder.tell('previews', { type: 'preview.changed', payload: { previews } });
    },
    onError: (error) => log.warn({ err: error }, 'the ports of the workspace could not be looked at'),
  });
}

/** None where several chats share a process. */
function chatOf(runId: string, records: ReadonlyMap<string, ChatRecord>): string | undefined {
  const chats = [...records.values()].filter(
    ({ position, turn }) => position?.runId === runId || turn?.delivery.runId === runId,
  );
  return chats.length === 1 ? chats[0]?.chat.id : undefined;
}

/** A file that somebody spoilt says nothing: it is written anew. */
function readSaved(file: string): Preview[] {
  return PreviewListSchema.safeParse(parseJson(readIfFile(file) ?? '')).data?.previews ?? [];
}
