import { useEffect, useRef, useState } from 'preact/hooks';
import { fieldsOf } from './form-fields.ts';
import type { PageStore } from './page-state.ts';
import { showChat } from './show-chat.ts';
import { useTrouble } from './trouble.tsx';

/** Asks for what a chat needs, and opens it. */
export function NewChat({ store, onDone }: { store: PageStore; onDone: () => void }) {
  const [agents, setAgents] = useState<readonly string[] | null>(null);
  const [agent, setAgent] = useState<string | null>(null);
  const [isAsking, setAsking] = useState(false);
  const { trouble, attempt } = useTrouble();
  const isCreating = useRef(false);
  const { client } = store.state;
  useEffect(() => {
    const reading = client.environment().then(({ codingAgents }) => {
      const names = Object.keys(codingAgents);
      setAgents(names);
      setAgent(names.find((name) => codingAgents[name]?.available) ?? names[0] ?? null);
    });
    attempt(reading);
  }, []);
  const create = async (provider: string, { title, model }: Record<string, string>) => {
    const { chatId } = store.state;
    const policy = isAsking ? 'ask' : 'bypass';
    const chat = await client.chats.create({ provider, policy, ...(title && { title }) });
    if (model)
      await client.chats.update(chat.id, { model }).catch(async (error: unknown) => {
        await client.chats.delete(chat.id);
        throw error;
      });
    onDone();
    // Unless another one was opened meanwhile.
    if (store.state.chatId === chatId) showChat(store, chat.id);
  };
  const submit = (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
    event.preventDefault();
    if (agent === null || isCreating.current) return;
    isCreating.current = true;
    const creating = create(agent, fieldsOf(event.currentTarget));
    attempt(creating.finally(() => (isCreating.current = false)));
  };
  return (
    <form class="new-chat" onSubmit={submit}>
      <label>
        Agent
        <select value={agent ?? ''} onChange={({ currentTarget }) => setAgent(currentTarget.value)}>
          {agents?.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <input name="title" aria-label="Title" placeholder="Title (default: its first message)" />
      <input name="model" aria-label="Model" placeholder="Model (default: the agent's)" />
      <label class="choice">
        <input
          type="checkbox"
          checked={isAsking}
          onChange={({ currentTarget }) => setAsking(currentTarget.checked)}
        />
        Ask before it changes something
      </label>
      {trouble}
      <button type="submit" class="primary" aria-disabled={agent === null}>
        Open
      </button>
    </form>
  );
}
