import { expect, it, vi } from 'vitest';

it('loads what formats lists when a refusal needs it, and at no start', async () => {
  const listFormat = vi.spyOn(Intl, 'ListFormat');

  const { ENGINE_ERRORS } = await import('../../src/contract/error-table.ts');
  await import('../../src/contract/issue-words.ts');
  expect(listFormat).not.toHaveBeenCalled();
  listFormat.mockRestore();

  const { message } = ENGINE_ERRORS.METHOD_NOT_ALLOWED;
  expect(message({ method: 'PUT', allow: ['GET', 'HEAD', 'POST'] })).toBe(
    'PUT is not allowed here; use GET, HEAD, or POST.',
  );
});
