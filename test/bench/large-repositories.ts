import { largeRepository, manyRepositories } from './repositories.ts';
import type { BenchRow } from './row.ts';

/** As many files, and as many repositories, as a workspace may have at most. */
export async function run(): Promise<BenchRow[]> {
  return [
    ...(await largeRepository({ files: 200_000, changed: 50, hasUntrackedCache: true }, { rounds: 4 })),
    ...(await manyRepositories(200, { rounds: 3 })),
  ];
}
