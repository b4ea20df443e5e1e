import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EnvironmentSchema } from '../../src/environment/engine-env.ts';
import { ENGINE_ERRORS } from '../../src/contract/error-table.ts';
import { environmentPage } from '../support/environment-page.ts';
import { errorsPage } from '../support/errors-page.ts';
import { PAGES } from '../support/pages.ts';

/** Drawings take long to lay out: `test/e2e/docs/drawings.test.ts` looks at them. */
const WRITTEN = PAGES.filter(({ file }) => !file.endsWith('.svg'));

it.each(WRITTEN)('docs/$file is what the code says; `npm run docs` writes it', async ({ file, render }) => {
  const page = readFileSync(new URL(`../../docs/${file}`, import.meta.url), 'utf8');

  expect(page).toBe(await render());
});

describe('the pages', () => {
  it('have a row for every variable of the environment', () => {
    const missing = Object.keys(EnvironmentSchema.shape).filter(
      (name) => !environmentPage().includes(`| \`${name}\` |`),
    );

    expect(missing).toEqual([]);
  });

  it('name only metrics that there are', () => {
    const source = ['engine/create-gauges.ts', 'metrics/tally.ts'].map((file) =>
      readFileSync(new URL(`../../src/${file}`, import.meta.url), 'utf8'),
    );
    const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    const named = [...page.matchAll(/`(?:rate\()?replicas_(\w+)/g)].map(([, name]) => name ?? '');

    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !source.some((text) => text.includes(`  ${name}: {`)))).toEqual([]);
  });

  it('have a row for every failure', () => {
    const missing = Object.values(ENGINE_ERRORS).filter(
      ({ meaning }) => !errorsPage().includes(`| ${meaning} |`),
    );

    expect(missing).toEqual([]);
  });
});
