import type { EngineEventBody } from '../contract/events.ts';
import type { PlanSummary } from '../contract/plans.ts';
import type { Paths } from '../paths.ts';
import { debounce } from './debounce.ts';
import { listPlans } from './plans.ts';
import { watchFolder } from './watch-folder.ts';

const QUIET = { quietMs: 150, mostMs: 1_000 };

/** Announces plans as they are written and removed, from now on. Returns the means to stop. */
export function watchPlans(
  folders: Paths['plans'],
  announce: (event: EngineEventBody<'plan.changed'>) => void,
): () => void {
  let isStopped = false;
  let known = listPlans(folders);
  const look = () => {
    known = known.then(async (before) => {
      const now = await listPlans(folders);
      if (!isStopped) for (const event of changesBetween(before, now)) announce(event);
      return now;
    });
  };
  const soon = debounce(look, QUIET);
  const stops = folders.map(({ folder }) => watchFolder(folder, soon.ask));
  return () => {
    isStopped = true;
    soon.cancel();
    for (const stop of stops) stop();
  };
}

function changesBetween(
  before: readonly PlanSummary[],
  now: readonly PlanSummary[],
): EngineEventBody<'plan.changed'>[] {
  const written = now.filter((plan) => !before.some((other) => isSame(plan, other)));
  const removed = before.filter((plan) => !now.some((other) => keyOf(other) === keyOf(plan)));
  return [
    ...removed.map((plan) => toEvent(plan, 'removed')),
    ...written.toReversed().map((plan) => toEvent(plan, 'written')),
  ];
}

function isSame(one: PlanSummary, other: PlanSummary): boolean {
  return (
    keyOf(one) === keyOf(other) && one.sizeBytes === other.sizeBytes && one.updatedAt === other.updatedAt
  );
}

function keyOf({ source, filename }: PlanSummary): string {
  return `${source}/${filename}`;
}

function toEvent(plan: PlanSummary, change: 'written' | 'removed'): EngineEventBody<'plan.changed'> {
  return { type: 'plan.changed', payload: { plan, change } };
}
