import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ChoiceList, useChoice } from './choice-list.tsx';
import { commandsOf, focusOn, type Command } from './page-commands.ts';
import type { PageStore } from './page-state.ts';
import { useStore } from './store.ts';
import { isWriting, takeFocus } from './take-focus.ts';

const MOST_SHOWN = 16;

/** Everything that can be done here, by a few letters of its name: Ctrl-K. The keys themselves: `?`. */
export function Palette({ store }: { store: PageStore }) {
  const [shown, setShown] = useState<'nothing' | 'commands' | 'keys'>('nothing');
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const isPalette = event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey);
      const isAlone = !isPalette && !isWriting(event.target);
      if (isPalette) setShown('commands');
      else if (isAlone && event.key === '?') setShown('keys');
      else if (isAlone && event.key === '/') focusOn(store, '.search input');
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
  const close = () => setShown('nothing');
  if (shown === 'commands') return <Commands store={store} onClose={close} />;
  return shown === 'keys' ? <Keys onClose={close} /> : null;
}

function Commands({ store, onClose }: { store: PageStore; onClose: () => void }) {
  const [words, setWords] = useState('');
  const isKnown = useStore(store, ({ workspace }) => workspace !== null);
  // As long as it is open: what is chosen must not become something else.
  const commands = useMemo(() => commandsOf(store), [isKnown]);
  const letters = words.trim().toLowerCase();
  const found = commands.filter(({ title }) => title.toLowerCase().includes(letters)).slice(0, MOST_SHOWN);
  const choice = useChoice('commands', found.length);
  const run = (command: Command | undefined) => {
    onClose();
    command?.run();
  };
  return (
    <Dialog label="Commands" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          run(found[choice.chosen]);
        }}
      >
        <input
          {...choice.field}
          role="combobox"
          aria-expanded={found.length > 0}
          aria-label="What to do"
          placeholder="What to do, or which chat"
          value={words}
          ref={takeFocus}
          onKeyDown={choice.press}
          onInput={({ currentTarget }) => {
            setWords(currentTarget.value);
            choice.first();
          }}
        />
      </form>
      <ChoiceList id="commands" label="Commands" choices={found} chosen={choice.chosen} onTake={run} />
    </Dialog>
  );
}

const KEYS = [
  ['Ctrl K', 'find a command or a chat'],
  ['/', 'search messages'],
  ['?', 'this list'],
  ['Enter', 'send; with Shift a new line'],
  ['↑ ↓', 'in an empty message: those before again'],
  ['/ @', 'in a message: complete a command, a file'],
  ['← →', 'between tabs; move the splitter, the chart'],
  ['+ − 0', 'zoom the chart, show all of it'],
] as const;

function Keys({ onClose }: { onClose: () => void }) {
  return (
    <Dialog label="Keys" onClose={onClose}>
      <h2>Keys</h2>
      <dl class="facts">
        {KEYS.flatMap(([key, meaning]) => [
          <dt key={key}>
            <kbd>{key}</kbd>
          </dt>,
          <dd key={meaning}>{meaning}</dd>,
        ])}
      </dl>
      <button type="button" onClick={onClose}>
        Close
      </button>
    </Dialog>
  );
}

interface DialogProps {
  label: string;
  onClose: () => void;
  children: preact.ComponentChildren;
}

function Dialog({ label, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="palette"
      aria-label={label}
      onClose={onClose}
      onClick={({ target }) => target === dialog.current && onClose()}
    >
      {children}
    </dialog>
  );
}
