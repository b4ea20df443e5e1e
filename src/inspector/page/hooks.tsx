import { useEffect, useRef } from 'preact/hooks';
import { durationBrief, type Hook } from '../../client/client.ts';
import { Facts } from './facts.tsx';
import type { HookLine } from './feed/news.ts';
import { memo } from './memo.ts';
import type { PageStore } from './page-state.ts';
import { Coloured, HookTrial } from './hook-trial.tsx';
import { beginningOf } from './plain-text.ts';
import { saveText } from './save-text.ts';
import { useStore } from './store.ts';
import { useTrouble } from './trouble.tsx';

const SHOWN = 300;
const LINE_CHARACTERS = 1_000;
/** Less is not worth telling. */
const MEASURED_MS = 100;
/** So near to its end, the output is followed as it goes on. */
const NEAR_PX = 80;

export function Hooks({ store }: { store: PageStore }) {
  const boot = useStore(store, ({ workspace }) => workspace?.boot);
  const hooks = useStore(store, (state) => state.hooks);
  const { trouble, attempt } = useTrouble();
  const run = () => hooks?.running !== true && attempt(store.state.client.hooks.run());
  return (
    <div class="split">
      <div class="scroll" tabIndex={0} role="region" aria-label="Boot and hooks">
        <Facts
          facts={[
            ['boot', boot?.state ?? '–'],
            ['since', boot ? new Date(boot.since).toLocaleString() : '–'],
            ['reason', boot?.reason ?? null],
            ['hooks', hooks?.state ?? '–'],
          ]}
        />
        <ul class="cards">
          {hooks?.hooks.map((hook) => (
            <HookCard key={`${hook.hookType} ${hook.repoName} ${hook.kind}`} hook={hook} />
          ))}
        </ul>
        {trouble}
        <button type="button" aria-disabled={hooks?.running === true} onClick={run}>
          Run start hooks
        </button>
        <HookTrial store={store} />
      </div>
      <HookOutput store={store} />
    </div>
  );
}

function HookCard({ hook }: { hook: Hook }) {
  return (
    <li>
      <h2>
        <i class={`dot ${toneOf(hook)}`} aria-hidden="true" /> {hook.repoName}{' '}
        <span class="dim">{hook.status}</span>
      </h2>
      <ul class="commands">
        {hook.commands.map((command, index) => (
          <li key={index}>
            <code>{command.command}</code>
            <span class={command.status === 'failed' ? 'refused' : 'dim'}>{outcomeOf(command)}</span>
          </li>
        ))}
      </ul>
      {hook.error && <p class="refused">{hook.error.message}</p>}
    </li>
  );
}

function outcomeOf({ status, exitCode, durationMs }: Hook['commands'][number]): string {
  const code = exitCode !== null && exitCode !== 0 ? `, exit code ${exitCode}` : '';
  const time = durationMs !== null && durationMs >= MEASURED_MS ? ` · ${durationBrief(durationMs)}` : '';
  return `${status}${code}${time}`;
}

function toneOf({ status }: Hook): string {
  if (status === 'running') return 'busy';
  if (status === 'pending' || status === 'skipped') return 'off';
  return status === 'succeeded' ? 'ok' : 'bad';
}

function HookOutput({ store }: { store: PageStore }) {
  const version = useStore(store, ({ hookLines }) => hookLines.version);
  const output = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const { trouble, attempt } = useTrouble();
  useEffect(() => {
    if (output.current !== null && isAtEnd.current) output.current.scrollTop = output.current.scrollHeight;
  }, [version]);
  const lines = store.state.hookLines.entries.slice(-SHOWN);
  const save = () => attempt(store.state.client.hooks.log().then((text) => saveText(text, 'startHooks.log')));
  return (
    <div class="output">
      <div class="output-tools">
        <span class="dim">{lines.length < SHOWN ? 'Output' : `The last ${SHOWN} lines`}</span>
        {trouble}
        <button type="button" onClick={save}>
          Save the whole log
        </button>
      </div>
      <div
        ref={output}
        class="terminal scroll"
        tabIndex={0}
        role="log"
        aria-label="Output of hooks"
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_PX;
        }}
      >
        {lines.length === 0 && 'No output from hooks yet.'}
        {lines.map((line) => (
          <OutputLine key={line.number} line={line} />
        ))}
      </div>
    </div>
  );
}

const OutputLine = memo(function OutputLine({ line }: { line: HookLine }) {
  const text = beginningOf(line.text, LINE_CHARACTERS);
  const hidden = line.text.length - text.length + line.hidden;
  return (
    <div>
      {text === '' ? ' ' : <Coloured text={text} />}
      {hidden > 0 && <span class="rest">… {hidden.toLocaleString('en')} more characters</span>}
    </div>
  );
});
