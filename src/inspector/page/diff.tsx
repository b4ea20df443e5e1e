const SHOWN = 1_500;

/** A diff, its lines told apart by more than colour: each keeps its mark. */
export function Diff({ text }: { text: string }) {
  const lines = text.split('\n');
  return (
    <pre class="diff" tabIndex={0}>
      {lines.slice(0, SHOWN).map((line, index) => (
        <span key={index} class={kindOf(line)}>{`${line}\n`}</span>
      ))}
      {lines.length > SHOWN && <span class="hunk">{`… ${lines.length - SHOWN} more lines`}</span>}
    </pre>
  );
}

function kindOf(line: string): string {
  if (/^(?:\+\+\+|---|diff |index |\*\*\* )/.test(line)) return 'file';
  if (line.startsWith('@@')) return 'hunk';
  if (line.startsWith('+')) return 'added';
  return line.startsWith('-') ? 'removed' : 'same';
}
