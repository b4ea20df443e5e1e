import { createConfig, lintFromString } from '@redocly/openapi-core';

/** What Redocly's recommended rules say against an OpenAPI document, warnings included: `rule at pointer: message`. */
export async function lintOpenapi(document: object): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended'] });
  const problems = await lintFromString({
    source: JSON.stringify(document),
    absoluteRef: 'openapi.json',
    config,
  });
  return problems.map(
    ({ ruleId, message, location: [place] }) => `${ruleId} at ${place?.pointer ?? '#'}: ${message}`,
  );
}
