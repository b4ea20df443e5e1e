import { useEffect, useState } from 'preact/hooks';
import { showChat } from './chat-list.tsx';
import type { PageStore } from './page-state.ts';

/** Asks for what a chat needs, and opens it. */
export function NewChat({ store, onDone }: { store: PageStore; onDone: () => void }) {
  const [agents, setAgents] = useState<readonly string[] | null>(null);
  const [provider, setProvider] = useState<string | null>(null);
  const [isAsking, setAsking] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const { client } = store.state;
  const fail = (error: unknown) => setTrouble(error instanceof Error ? error.message : String(error));
  useEffect(() => {
    client.environment().then(({ codingAgents }) => {
      const names = Object.keys(codingAgents);
      setAgents(names);
      setProvider(names.find((name) => codingAgents[name]?.available) ?? names[0] ?? null);
    }, fail);
  }, []);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (provider === null) return;
    const chat = await client.chats.create({ provider, policy: isAsking ? 'ask' : 'bypass' });
    onDone();
    showChat(store, chat.id);
  };
  return (
    <form class="new-chat" onSubmit={(event) => void submit(event).catch(fail)}>
      <label>
        Agent
        <select value={provider ?? ''} onChange={({ currentTarget }) => setProvider(currentTarget.value)}>
          {agents?.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label class="choice">
        <input
          type="checkbox"
          checked={isAsking}
          onChange={({ currentTarget }) => setAsking(currentTarget.checked)}
        />
        Ask before it changes something
      </label>
      {trouble !== null && (
        <p class="refused" role="alert">
          {trouble}
        </p>
      )}
      <button type="submit" class="primary" aria-disabled={provider === null}>
        Open
      </button>
    </form>
  );
}
