import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { EngineEventSchema } from '../../src/contract/events.ts';
import { eventsPage } from '../support/events-page.ts';

it('docs/events.md is what the schema of the events says; `npm run docs` writes it', () => {
  const page = readFileSync(new URL('../../docs/events.md', import.meta.url), 'utf8');

  expect(page).toBe(eventsPage());
});

it('the page has a row for every type of event', () => {
  const types = EngineEventSchema.options.map((option) => option.shape.type.value);

  expect(types.filter((type) => !eventsPage().includes(`| \`${type}\` |`))).toEqual([]);
});
