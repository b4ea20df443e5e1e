import type { Budget } from '../../client/client.ts';
import { fieldsOf } from './form-fields.ts';
import { takeFocus } from './take-focus.ts';

const UNITS = { usd: 'dollars', tokens: 'tokens', turns: 'turns' } as const;

type Unit = keyof typeof UNITS;

/** What one limit is set to; null: there is none any more. */
export function BudgetForm({ budget, onGive }: { budget: Budget; onGive: (budget: Budget | null) => void }) {
  const units = Object.keys(UNITS) as Unit[];
  const unit = units.find((each) => budget[each] !== undefined) ?? 'usd';
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const { limit, per } = fieldsOf(event.currentTarget);
        onGive(limit ? { [per as Unit]: Number(limit) } : null);
      }}
    >
      <input
        name="limit"
        type="number"
        min="0"
        step="any"
        aria-label="Budget"
        placeholder="none"
        defaultValue={budget[unit]}
        ref={takeFocus}
      />
      <select name="per" aria-label="Counted in" defaultValue={unit}>
        {units.map((each) => (
          <option key={each} value={each}>
            {UNITS[each]}
          </option>
        ))}
      </select>
      <button type="submit">Save</button>
    </form>
  );
}
