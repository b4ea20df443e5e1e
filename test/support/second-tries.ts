import type { Reporter, TestCase } from 'vitest/node';

/** Names the tests that passed only when they were tried again: each is a fault of the test or of what it tests. */
export default class SecondTries implements Reporter {
  readonly #names: string[] = [];

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky === true)
      this.#names.push(`${test.module.relativeModuleId} > ${test.fullName}`);
  }

  onTestRunEnd(): void {
    if (this.#names.length === 0) return;
    console.log(['Passed at the second try, look into them:', ...this.#names].join('\n  '));
  }
}
