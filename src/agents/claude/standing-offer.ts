/** What Claude Code suggests to allow from now on. */
import { z } from 'zod';
import type { StandingOffer } from '../../contract/requests.ts';

const destination = z.string().catch('session');
const SuggestionSchema = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('addRules'),
    behavior: z.literal('allow'),
    rules: z.array(z.looseObject({ toolName: z.string(), ruleContent: z.string().optional() })),
    destination,
  }),
  z.looseObject({ type: z.literal('setMode'), mode: z.literal('acceptEdits'), destination }),
  z.looseObject({ type: z.literal('addDirectories'), directories: z.array(z.string()), destination }),
]);
const SuggestionsSchema = z.array(SuggestionSchema).min(1);

type Suggestion = z.infer<typeof SuggestionSchema>;

/** Null for one that cannot be put in words: nobody would know what they allow. */
export function standingOfferOf(suggestions: unknown): StandingOffer | null {
  const { data } = SuggestionsSchema.safeParse(suggestions);
  if (data === undefined) return null;
  const parts = data.map((suggestion) => `${subjectOf(suggestion)} ${placeOf(suggestion)}`);
  return { title: parts.join(', '), offer: suggestions };
}

function subjectOf(suggestion: Suggestion): string {
  switch (suggestion.type) {
    case 'setMode':
      return 'all edits of files';
    case 'addDirectories':
      return `all in ${suggestion.directories.join(', ')}`;
    case 'addRules':
      return suggestion.rules
        .map(({ toolName, ruleContent }) =>
          ruleContent === undefined ? toolName : `${toolName}(${ruleContent})`,
        )
        .join(', ');
  }
}

function placeOf({ destination: place }: Suggestion): string {
  if (place === 'session') return 'in this session';
  return place === 'userSettings' ? 'everywhere' : 'in this project';
}
