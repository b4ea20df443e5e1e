import { useEffect, useState } from 'preact/hooks';
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
  const { client } = store.state;
  useEffect(() => {
    const reading = client.environment().then(({ codingAgents }) => {
      const names = Object.keys(codingAgents);
      setAgents(names);
      setAgent(names.find((name) => codingAgents[name]?.available) ?? names[0] ?? null);
    });
    attempt(reading);
  }, []);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (agent === null) return;
    const { title, model } = fieldsOf(event.currentTarget as HTMLFormElement);
    const policy = isAsking ? 'ask' : 'bypass';
    const chat = await client.chats.create({ provider: agent, policy, ...(title && { title }) });
    if (model) await client.chats.update(chat.id, { model });
    onDone();
    showChat(store, chat.id);
  };
  return (
    <form class="new-chat" onSubmit={(event) => attempt(submit(event))}>
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
