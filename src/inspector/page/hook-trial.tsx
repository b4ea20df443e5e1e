import { useEffect, useRef, useState } from 'preact/hooks';
import { reasonOf, type HookTestEvent } from '../../client/client.ts';
import { toPieces } from './ansi.ts';
import { LongText } from './long-text.tsx';
import { fieldsOf } from './form-fields.ts';
import type { PageStore } from './page-state.ts';
import { useStore } from './store.ts';

/** Tries a script as a hook would run it; nothing of it stays. */
export function HookTrial({ store }: { store: PageStore }) {
  const repos = useStore(store, (state) => state.repos) ?? [];
  const [output, setOutput] = useState('');
  const [state, setState] = useState<string | null>(null);
  const running = useRef<AbortController | null>(null);
  const stop = () => running.current?.abort();
  useEffect(() => stop, []);
  const run = async (form: HTMLFormElement) => {
    stop();
    const { script = '', repo = '' } = fieldsOf(form);
    const own = new AbortController();
    running.current = own;
    setOutput('');
    setState('running');
    const asked = { script, signal: own.signal, ...(repo !== '' && { repo }) };
    let end = 'The engine stopped before the script had ended.';
    try {
      for await (const event of store.state.client.hooks.test(asked)) {
        if (running.current !== own) return;
        if (event.type === 'output') setOutput((before) => before + event.text);
        if (event.type === 'ended') end = endOf(event);
      }
      if (running.current === own) setState(end);
    } catch (error) {
      // What another one replaced says nothing more.
      if (running.current === own) setState(own.signal.aborted ? 'stopped' : reasonOf(error));
    }
  };
  return (
    <form
      class="hook-trial"
      aria-label="Try a script"
      onSubmit={(event) => {
        event.preventDefault();
        void run(event.currentTarget);
      }}
    >
      <h2>Try a script</h2>
      <textarea name="script" aria-label="Script" placeholder="npm ci" rows={3} />
      <select name="repo" aria-label="Where it runs">
        <option value="">in the home folder</option>
        {repos.map(({ name }) => (
          <option key={name} value={name}>
            in {name}
          </option>
        ))}
      </select>
      <button type="submit">Try it</button>
      <button type="button" aria-disabled={state !== 'running'} onClick={stop}>
        Stop
      </button>
      <span class="dim" role="status">
        {state}
      </span>
      {output !== '' && (
        <pre tabIndex={0}>
          <LongText text={output} draw={(beginning) => <Coloured text={beginning} />} />
        </pre>
      )}
    </form>
  );
}

/** A text of a terminal. */
export function Coloured({ text }: { text: string }) {
  return (
    <>
      {toPieces(text).map(({ text: piece, classes }, index) => (
        <span key={index} class={classes}>
          {piece}
        </span>
      ))}
    </>
  );
}

function endOf({ exitCode, timedOut, error }: Extract<HookTestEvent, { type: 'ended' }>): string {
  if (error !== undefined) return error.message;
  return timedOut ? 'timed out' : `exit code ${exitCode ?? 'none'}`;
}
