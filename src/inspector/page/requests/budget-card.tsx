import { budgetBrief } from '../../../client/client.ts';
import type { CardProps } from './card.ts';

/** The chat has used up its budget: raised by the same amount again, or left there. */
export function BudgetCard({ request, give }: CardProps) {
  return (
    <>
      <h3>{budgetBrief(request)}</h3>
      <div class="answers">
        <button type="button" class="primary" onClick={() => give({ decision: 'allow' })}>
          Raise
        </button>
        <button type="button" onClick={() => give({ decision: 'deny' })}>
          Stop
        </button>
      </div>
      <p class="dim">Raise allows the same amount again. Stop leaves the queue waiting.</p>
    </>
  );
}
