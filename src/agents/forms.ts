/** Forms that agents and their tools ask to be filled in: an object of simple values, described by JSON Schema. */
import { z } from 'zod';

const text = z.string().nullish().catch(undefined);
const ChoiceSchema = z.looseObject({ const: z.string(), title: text });
const names = z.array(z.string()).nullish().catch(undefined);
const choices = z.array(ChoiceSchema).nullish().catch(undefined);

const FieldSchema = z.looseObject({
  type: z.string().catch('string'),
  title: text,
  description: text,
  enum: names,
  oneOf: choices,
  items: z.looseObject({ enum: names, anyOf: choices }).nullish().catch(undefined),
});
type Field = z.infer<typeof FieldSchema>;

const FormSchema = z
  .looseObject({ properties: z.record(z.string(), FieldSchema).catch({}) })
  .catch({ properties: {} });

export interface Form {
  /** What the form is about; empty when each field says that itself. */
  message: string;
  /** JSON Schema of its fields. */
  requestedSchema?: unknown;
}

/** The fields as questions; `id` is the name of the field. A field that asks nothing itself asks what the form does, or for what it is called. */
export function questionsOf(form: Form): object[] {
  return fieldsOf(form).map(([name, field]) => ({
    id: name,
    header: field.title ?? name,
    question: questionOf(name, field, form),
    multiSelect: field.type === 'array',
    options: choicesOf(field).map(({ value, title }) => ({ label: value, description: title })),
  }));
}

/** The values that `answers` give to the fields, by name or by question; what was not answered is left out. */
export function valuesOf(form: Form, answers: Readonly<Record<string, string>>): Record<string, FieldValue> {
  const values = fieldsOf(form).flatMap(([name, field]) => {
    const answer = answers[name] ?? answers[questionOf(name, field, form)];
    return answer === undefined ? [] : [[name, toValue(answer, field)] as const];
  });
  return Object.fromEntries(values);
}

export type FieldValue = string | number | boolean | string[];

function fieldsOf({ requestedSchema }: Form): [string, Field][] {
  return Object.entries(FormSchema.parse(requestedSchema ?? {}).properties);
}

function questionOf(name: string, { description, title }: Field, { message }: Form): string {
  return description ?? (message || (title ?? name));
}

interface Choice {
  value: string;
  title: string;
}

function choicesOf({ type, enum: plain, oneOf, items }: Field): Choice[] {
  const titled = oneOf ?? items?.anyOf ?? [];
  const named = plain ?? items?.enum ?? (type === 'boolean' ? ['true', 'false'] : []);
  return [
    ...titled.map((one) => ({ value: one.const, title: one.title ?? '' })),
    ...named.map((value) => ({ value, title: '' })),
  ];
}

/** Answers are text; the form says what they stand for. */
function toValue(answer: string, field: Field): FieldValue {
  const { type } = field;
  const given = answer.trim();
  if (type === 'boolean') return /^(?:true|yes|on|1)$/i.test(given);
  if (type === 'array') return partsOf(given).map((part) => valueOf(part, field));
  const number = Number(given);
  if ((type === 'number' || type === 'integer') && given !== '' && !Number.isNaN(number)) return number;
  return valueOf(answer, field);
}

function partsOf(answer: string): string[] {
  const parts = answer.split(',').map((part) => part.trim());
  return parts.filter((part) => part !== '');
}

/** A choice may be answered by its title. */
function valueOf(answer: string, field: Field): string {
  return choicesOf(field).find(({ title }) => title !== '' && title === answer)?.value ?? answer;
}
