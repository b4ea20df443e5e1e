/** What Codex offers to accept from now on. */
import { z } from 'zod';
import type { StandingOffer } from '../../contract/requests.ts';

const FOR_SESSION = 'acceptForSession';
const AmendmentSchema = z.strictObject({
  acceptWithExecpolicyAmendment: z.strictObject({ execpolicy_amendment: z.array(z.string()) }),
});

/** Where it does not list its decisions, it takes all that the protocol has. */
export function standingOfferOf(subject: string, decisions: unknown): StandingOffer | null {
  const offers: unknown[] = Array.isArray(decisions) ? decisions : [FOR_SESSION];
  if (offers.includes(FOR_SESSION)) return { title: `${subject} in this session`, offer: FOR_SESSION };
  for (const offer of offers) {
    const { data } = AmendmentSchema.safeParse(offer);
    if (data === undefined) continue;
    const { execpolicy_amendment: words } = data.acceptWithExecpolicyAmendment;
    return { title: `commands that begin with "${words.join(' ')}"`, offer };
  }
  return null;
}
