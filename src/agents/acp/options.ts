/** What an agent lets its client choose in a session: the mode, the model and how much it thinks. */
import { z } from 'zod';
import type { ThinkingLevel } from '../../contract/messages.ts';

/** One thing to choose. Without a `configId` it is a mode of the older kind, set by `session/set_mode`. */
export interface Choice {
  configId: string | null;
  current: string;
  values: readonly { value: string; name: string }[];
}

export type OptionName = 'mode' | 'model' | 'effort';
export type Options = Readonly<Record<OptionName, Choice | null>>;

export const NO_OPTIONS: Options = { mode: null, model: null, effort: null };

const ValueSchema = z.looseObject({ value: z.string(), name: z.string().catch('') });
const GroupSchema = z.looseObject({ options: z.array(ValueSchema) });

const SelectSchema = z.looseObject({
  id: z.string(),
  type: z.literal('select'),
  category: z.string().nullish(),
  currentValue: z.string(),
  options: z.array(z.union([ValueSchema, GroupSchema])),
});

const ModesSchema = z.looseObject({
  currentModeId: z.string(),
  availableModes: z.array(z.looseObject({ id: z.string(), name: z.string().catch('') })),
});

const OfferSchema = z.looseObject({
  configOptions: z.array(z.unknown()).nullish().catch(null),
  modes: ModesSchema.nullish().catch(null),
});

const CATEGORIES: Readonly<Record<OptionName, string>> = {
  mode: 'mode',
  model: 'model',
  effort: 'thought_level',
};

/** The options with what `offer` says of them: the answer that opens a session, or a change of its options. */
export function mergeOptions(options: Options, offer: unknown): Options {
  const { configOptions, modes } = OfferSchema.catch({}).parse(offer);
  const withModes = modes ? { ...options, mode: toMode(modes) } : options;
  if (!configOptions) return withModes;
  const selects = configOptions.flatMap((option) => SelectSchema.safeParse(option).data ?? []);
  const find = (name: OptionName) => selects.find(({ category }) => category === CATEGORIES[name]);
  return {
    mode: toChoice(find('mode')) ?? withModes.mode,
    model: toChoice(find('model')),
    effort: toChoice(find('effort')),
  };
}

export function withCurrent(options: Options, name: OptionName, current: string): Options {
  const choice = options[name];
  return choice === null ? options : { ...options, [name]: { ...choice, current } };
}

/** The mode in which the agent plans and changes nothing; null when it has none. */
export function planModeOf({ mode }: Options): string | null {
  return mode?.values.find(isPlanning)?.value ?? null;
}

/** The mode for everything else: `usual`, unless that is the one for planning. */
export function workModeOf(options: Options, usual: string | null): string | null {
  const plan = planModeOf(options);
  if (plan === null || usual !== plan) return usual;
  const others = options.mode?.values.filter(({ value }) => value !== plan) ?? [];
  return (others.find(({ value }) => value === 'default') ?? others[0])?.value ?? null;
}

function isPlanning({ value, name }: { value: string; name: string }): boolean {
  return value === 'plan' || /[#/]plan$/.test(value) || /^plan(?:ning)?(?: mode)?$/i.test(name);
}

const RANKS = ['off', 'none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];
const HIGHEST: ReadonlySet<string> = new Set(['max', 'ultra', 'ultracode']);

/** The nearest of the offered levels: not above the wanted one, if there is such a level. */
export function effortFor(level: ThinkingLevel, { values }: Choice): string | null {
  const ranked = values
    .map(({ value }) => ({ value, rank: RANKS.indexOf(value.toLowerCase()) }))
    .filter(({ rank }) => rank !== -1)
    .toSorted((one, other) => one.rank - other.rank);
  const wanted = HIGHEST.has(level) ? RANKS.length : RANKS.indexOf(level);
  return (ranked.findLast(({ rank }) => rank <= wanted) ?? ranked[0])?.value ?? null;
}

function toMode({ currentModeId, availableModes }: z.infer<typeof ModesSchema>): Choice {
  const values = availableModes.map(({ id, name }) => ({ value: id, name }));
  return { configId: null, current: currentModeId, values };
}

function toChoice(select: z.infer<typeof SelectSchema> | undefined): Choice | null {
  if (select === undefined) return null;
  const values = select.options.flatMap((entry) => ('value' in entry ? [entry] : groupOf(entry)));
  return {
    configId: select.id,
    current: select.currentValue,
    values: values.map(({ value, name }) => ({ value: String(value), name: String(name) })),
  };
}

function groupOf(entry: unknown): z.infer<typeof ValueSchema>[] {
  return GroupSchema.safeParse(entry).data?.options ?? [];
}
