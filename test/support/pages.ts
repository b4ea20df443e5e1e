import { contractJsonSchema } from './contract-json-schema.ts';
import { environmentPage } from './environment-page.ts';
import { errorsPage } from './errors-page.ts';
import { eventsPage } from './events-page.ts';
import { httpApiPage } from './http-api-page.ts';
import { MACHINE_DRAWINGS, MACHINE_PAGES } from './machine-pages.ts';

export interface Page {
  /** Where it lies below `docs/`. */
  file: string;
  render: () => string | Promise<string>;
}

/** Every page that is made from the code. `npm run docs` writes them; a test fails when one is stale. */
export const PAGES: Page[] = [
  { file: 'contract.schema.json', render: () => `${JSON.stringify(contractJsonSchema(), null, 2)}\n` },
  { file: 'environment.md', render: environmentPage },
  { file: 'errors.md', render: errorsPage },
  { file: 'events.md', render: eventsPage },
  { file: 'http-api.md', render: httpApiPage },
  ...MACHINE_PAGES,
  ...MACHINE_DRAWINGS,
];
