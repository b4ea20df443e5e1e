import { useEffect, useState } from 'preact/hooks';
import { z } from 'zod';
import { EngineClientError, reasonOf, type EngineClient } from '../../../client/client.ts';
import { fieldsOf } from '../form-fields.ts';
import type { PageStore } from '../page-state.ts';
import { useStore } from '../store.ts';
import { useTrouble } from '../trouble.tsx';

const EVENTS = '/actors/events';
const AcceptedSchema = z.object({ events: z.array(z.string()) });

/** Sends an event to a machine; nothing of it is there with an engine that takes none. */
export function SendEvent({ store, path }: { store: PageStore; path: string }) {
  const { client } = store.state;
  const states = useStore(store, ({ actors }) => actors.get(path)?.states.join());
  const [accepted, setAccepted] = useState<readonly string[]>([]);
  const [told, setTold] = useState<string | null>(null);
  const { read } = useTrouble();
  useEffect(() => read(readAccepted(client, path), setAccepted), [states]);
  if (accepted.length === 0) return null;
  const send = (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
    event.preventDefault();
    const { type = '', more = '' } = fieldsOf(event.currentTarget);
    sendEvent(client, path, { type, more }).then(
      () => setTold('sent'),
      (error: unknown) => setTold(reasonOf(error)),
    );
  };
  return (
    <form class="send-event" onSubmit={send}>
      <select name="type" aria-label="Event">
        {accepted.map((type) => (
          <option key={type}>{type}</option>
        ))}
      </select>
      <input name="more" aria-label="What it carries, as JSON" placeholder='{"reason": "…"}' />
      <button type="submit">Send event</button>
      <span class="dim" role="status">
        {told}
      </span>
    </form>
  );
}

/** An engine that has been asked once and takes none is not asked again. */
let takesEvents = true;

async function readAccepted(client: EngineClient, actor: string): Promise<readonly string[]> {
  if (!takesEvents) return [];
  const call = { method: 'GET', path: EVENTS, query: { actor }, schema: AcceptedSchema } as const;
  return client.call({ ...call, isRepeatable: true }).then(
    ({ events }) => events,
    (error: unknown) => {
      takesEvents = !(error instanceof EngineClientError && error.code === 'not_found');
      return [];
    },
  );
}

async function sendEvent(
  client: EngineClient,
  actor: string,
  { type, more }: { type: string; more: string },
): Promise<void> {
  const carried: unknown = more.trim() === '' ? {} : JSON.parse(more);
  const event = { ...Object(carried), type };
  await client.call({
    method: 'POST',
    path: EVENTS,
    body: { actor, event },
    schema: z.object({ success: z.literal(true) }),
    isRepeatable: false,
  });
}
