import { useState } from 'preact/hooks';

interface SecretFormProps {
  isRefused: boolean;
  onEnter: (secret: string) => void;
}

/** Asks for the secret; it stays in this tab. */
export function SecretForm({ isRefused, onEnter }: SecretFormProps) {
  const [secret, setSecret] = useState('');
  const submit = (event: Event) => {
    event.preventDefault();
    if (secret.trim() !== '') onEnter(secret.trim());
  };
  return (
    <main class="door">
      <form onSubmit={submit}>
        <div class="mark" aria-hidden="true" />
        <h1>Replicas engine</h1>
        <p>
          The secret is what the engine was started with as <code>REPLICAS_ENGINE_SECRET</code>. It stays in
          this tab.
        </p>
        <label for="secret">Secret</label>
        <input
          id="secret"
          type="password"
          autocomplete="off"
          autofocus
          value={secret}
          aria-invalid={isRefused}
          aria-describedby={isRefused ? 'refused' : undefined}
          onInput={({ currentTarget }) => setSecret(currentTarget.value)}
        />
        {isRefused && (
          <p id="refused" class="refused" role="alert">
            The engine does not know this secret.
          </p>
        )}
        <button type="submit" class="primary">
          Open
        </button>
      </form>
    </main>
  );
}
