import { useEffect, useRef, useState } from 'preact/hooks';
import type { Hook } from '../../client/client.ts';
import type { PageStore } from './page-state.ts';
import { useStore } from './store.ts';

const SHOWN = 300;

export function Hooks({ store }: { store: PageStore }) {
  const boot = useStore(store, ({ workspace }) => workspace?.boot);
  const hooks = useStore(store, (state) => state.hooks);
  const [trouble, setTrouble] = useState<string | null>(null);
  const run = () => {
    setTrouble(null);
    store.state.client.hooks.run().catch((error: unknown) => setTrouble(String(error)));
  };
  return (
    <div class="split">
      <div class="scroll" tabIndex={0} role="region" aria-label="Boot and hooks">
        <dl class="facts">
          <dt>boot</dt>
          <dd>{boot?.state ?? '–'}</dd>
          <dt>since</dt>
          <dd>{boot?.since ?? '–'}</dd>
          {boot?.reason && (
            <>
              <dt>reason</dt>
              <dd>{boot.reason}</dd>
            </>
          )}
          <dt>hooks</dt>
          <dd>{hooks?.state ?? '–'}</dd>
        </dl>
        <ul class="cards">
          {hooks?.hooks.map((hook) => (
            <HookCard key={hook.repoName + hook.kind} hook={hook} />
          ))}
        </ul>
        {trouble !== null && (
          <p class="refused" role="alert">
            {trouble}
          </p>
        )}
        <button type="button" disabled={hooks?.running === true} onClick={run}>
          Run start hooks
        </button>
      </div>
      <HookOutput store={store} />
    </div>
  );
}

function HookCard({ hook }: { hook: Hook }) {
  return (
    <li>
      <h3>
        <i class={`dot ${toneOf(hook)}`} aria-hidden="true" /> {hook.repoName}{' '}
        <span class="dim">{hook.status}</span>
      </h3>
      <ul class="commands">
        {hook.commands.map((command, index) => (
          <li key={index}>
            <code>{command.command}</code>
            <span class="dim">
              {command.status}
              {command.durationMs !== null && ` · ${(command.durationMs / 1000).toFixed(1)} s`}
            </span>
          </li>
        ))}
      </ul>
      {hook.error && <p class="refused">{hook.error.message}</p>}
    </li>
  );
}

function toneOf({ status }: Hook): string {
  if (status === 'running') return 'busy';
  if (status === 'pending' || status === 'skipped') return 'off';
  return status === 'succeeded' ? 'ok' : 'bad';
}

function HookOutput({ store }: { store: PageStore }) {
  const version = useStore(store, ({ hookLines }) => hookLines.version);
  const output = useRef<HTMLPreElement>(null);
  useEffect(() => {
    if (output.current !== null) output.current.scrollTop = output.current.scrollHeight;
  }, [version]);
  const lines = store.state.hookLines.entries.slice(-SHOWN);
  return (
    <pre ref={output} class="terminal scroll" tabIndex={0} role="log" aria-label="Output of hooks">
      {lines.length === 0 ? 'Hooks have printed nothing.' : lines.join('\n')}
    </pre>
  );
}
