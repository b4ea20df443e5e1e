import { useMemo, useState } from 'preact/hooks';
import { changeAsked, subjectAsked, type AgentRequest } from '../../../client/client.ts';
import { Diff } from '../diff.tsx';
import { LongText } from '../long-text.tsx';
import type { CardProps } from './card.ts';
import { takeFocus } from '../take-focus.ts';

/** So much of what is asked is shown at first: the answer stays in sight. */
const CHARACTERS = 4_000;

/** What would run or change, and whether it may. */
export function PermissionCard({ request, give }: CardProps) {
  const [isDenying, setDenying] = useState(false);
  const [reason, setReason] = useState('');
  const { subject, change } = useMemo(() => askedIn(request), [request]);
  const input = useMemo(() => JSON.stringify(request.input, null, 2) ?? '', [request]);
  const deny = () => give({ decision: 'deny', ...(reason.trim() !== '' && { message: reason.trim() }) });
  return (
    <>
      <h3>May it use {request.tool}?</h3>
      {subject !== '' && (
        <pre class="subject" tabIndex={0}>
          <LongText text={subject} characters={CHARACTERS} />
        </pre>
      )}
      {change !== null && <Diff text={change} />}
      <details>
        <summary>The whole request</summary>
        <pre tabIndex={0}>
          <LongText text={input} characters={CHARACTERS} />
        </pre>
      </details>
      <form
        class="answers"
        onSubmit={(event) => {
          event.preventDefault();
          deny();
        }}
      >
        <button type="button" class="primary" onClick={() => give({ decision: 'allow' })}>
          Allow
        </button>
        {request.always && (
          <button type="button" onClick={() => give({ decision: 'allow', always: true })}>
            Always allow
          </button>
        )}
        <button type="button" onClick={isDenying ? deny : () => give({ decision: 'deny' })}>
          Deny
        </button>
        {isDenying ? (
          <input
            aria-label="Why not"
            placeholder="Why not? The agent reads it."
            value={reason}
            ref={takeFocus}
            onInput={({ currentTarget }) => setReason(currentTarget.value)}
          />
        ) : (
          <button type="button" class="quiet" onClick={() => setDenying(true)}>
            Say why not…
          </button>
        )}
      </form>
      {request.always && <p class="dim">Always: {request.always.title}</p>}
    </>
  );
}

/** What would run, and what would change, which tells as much as an input of which nothing is known to be telling. */
function askedIn(request: AgentRequest): { subject: string; change: string | null } {
  const change = changeAsked(request.input);
  const subject = subjectAsked(request.input);
  const isShown = change !== null && (subject.startsWith('{') || change.startsWith(`--- ${subject}\n`));
  return { subject: isShown ? '' : subject, change };
}
