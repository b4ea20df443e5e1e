import { useLayoutEffect, useRef, useState } from 'preact/hooks';

interface SecretFormProps {
  isRefused: boolean;
  onEnter: (secret: string) => void;
}

/** What a header can carry, and so what an engine accepts as its secret. */
const PRINTABLE = /^[!-~](?:[ -~]*[!-~])?$/;

/** Asks for the secret; this tab keeps it. */
export function SecretForm({ isRefused, onEnter }: SecretFormProps) {
  const [secret, setSecret] = useState('');
  const [trouble, setTrouble] = useState(isRefused ? 'The engine does not know this secret.' : null);
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => field.current?.focus(), []);
  const submit = (event: Event) => {
    event.preventDefault();
    const given = secret.trim();
    if (PRINTABLE.test(given)) return onEnter(given);
    setTrouble(given === '' ? 'Enter the secret.' : UNPRINTABLE);
    field.current?.focus();
  };
  return (
    <main class="door">
      <form onSubmit={submit}>
        <div class="mark" aria-hidden="true" />
        <h1>Replicas engine</h1>
        <p>
          The secret is what the engine was started with as <code>REPLICAS_ENGINE_SECRET</code>. It is kept
          until this tab is closed.
        </p>
        <label for="secret">Secret</label>
        <input
          id="secret"
          type="password"
          autocomplete="off"
          ref={field}
          value={secret}
          aria-invalid={trouble !== null}
          aria-describedby={trouble === null ? undefined : 'refused'}
          onInput={({ currentTarget }) => setSecret(currentTarget.value)}
        />
        {trouble !== null && (
          <p id="refused" class="refused" role="alert">
            {trouble}
          </p>
        )}
        <button type="submit" class="primary">
          Open
        </button>
      </form>
    </main>
  );
}

const UNPRINTABLE =
  'This cannot be the secret: it contains characters that no HTTP header can carry. Secrets are printable ASCII.';
