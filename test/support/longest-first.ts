import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { createRandom } from './random.ts';

const LONG =
  /\/e2e\/(agents\/conformance|hooks|inspector|inspector\/\w+|repositories|handover|dev)\.test\.ts$/;

/** Files come in another order each time, but for those that take longest: nobody waits for one of them at the end. */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const random = createRandom(this.ctx.config.sequence.seed);
    return files
      .map((file) => ({ file, at: LONG.test(file.moduleId) ? 0 : 1 + random() }))
      .toSorted((one, other) => one.at - other.at)
      .map(({ file }) => file);
  }
}
