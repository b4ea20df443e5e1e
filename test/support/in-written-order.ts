import { TestRunner, type SerializedConfig } from 'vitest';

/** Takes the tests of a file as they are written: for files whose tests share one engine. Shuffling is set for all projects at once. */
export default class InWrittenOrder extends TestRunner {
  constructor(config: SerializedConfig) {
    super({ ...config, sequence: { ...config.sequence, shuffle: false } });
  }
}
