import { useState } from 'preact/hooks';
import { LongMarkdown } from '../markdown/long-markdown.tsx';
import type { CardProps } from './card.ts';
import { takeFocus } from '../take-focus.ts';

type Mode = 'reading' | 'editing' | 'changing';

/** A plan: carried out as it is or as it was edited, changed by the agent, or refused. */
export function PlanCard({ request, give }: CardProps) {
  const plan = request.plan ?? JSON.stringify(request.input, null, 2) ?? '';
  const [mode, setMode] = useState<Mode>('reading');
  const [edited, setEdited] = useState(plan);
  const [wish, setWish] = useState('');
  const approve = () => give({ decision: 'allow', ...(edited !== plan && { plan: edited }) });
  const change = () => wish.trim() !== '' && give({ decision: 'deny', message: wish.trim() });
  return (
    <>
      <h3>Proposed plan</h3>
      {mode === 'editing' ? (
        <textarea
          class="plan"
          aria-label="The plan"
          value={edited}
          onInput={({ currentTarget }) => setEdited(currentTarget.value)}
        />
      ) : (
        <div class="plan" tabIndex={0} role="group" aria-label="The plan">
          <LongMarkdown text={edited} />
        </div>
      )}
      {mode === 'changing' && (
        <textarea
          aria-label="What to change"
          placeholder="What should change?"
          value={wish}
          ref={takeFocus}
          onInput={({ currentTarget }) => setWish(currentTarget.value)}
        />
      )}
      <div class="answers">
        {mode === 'changing' ? (
          <button type="button" class="primary" aria-disabled={wish.trim() === ''} onClick={change}>
            Request the change
          </button>
        ) : (
          <button type="button" class="primary" onClick={approve}>
            {edited === plan ? 'Approve' : 'Approve as edited'}
          </button>
        )}
        <Toggle title="Edit" mode="editing" shown={mode} onShow={setMode} />
        <Toggle title="Change…" mode="changing" shown={mode} onShow={setMode} />
        <button type="button" onClick={() => give({ decision: 'deny' })}>
          Refuse
        </button>
      </div>
    </>
  );
}

interface ToggleProps {
  title: string;
  mode: Mode;
  shown: Mode;
  onShow: (mode: Mode) => void;
}

function Toggle({ title, mode, shown, onShow }: ToggleProps) {
  return (
    <button
      type="button"
      aria-pressed={shown === mode}
      onClick={() => onShow(shown === mode ? 'reading' : mode)}
    >
      {title}
    </button>
  );
}
