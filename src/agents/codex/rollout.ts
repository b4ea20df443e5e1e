/** What of a thread's rollout was said by a user. */
import { z } from 'zod';
import type { NativePrompt } from '../native-session.ts';

const UserMessageSchema = z.looseObject({
  timestamp: z.string().optional(),
  type: z.literal('event_msg'),
  payload: z.looseObject({
    type: z.literal('item_completed'),
    item: z.looseObject({ type: z.literal('UserMessage'), client_id: z.string().nullish() }),
  }),
});

export function promptIn(line: string): NativePrompt | null {
  if (!line.includes('"UserMessage"')) return null;
  const { data } = UserMessageSchema.safeParse(parseJson(line));
  return data === undefined ? null : { id: data.payload.item.client_id ?? null, at: data.timestamp ?? null };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
