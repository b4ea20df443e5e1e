/** One measurement beside what it is compared with, taken in the same run. */
export interface BenchRow {
  name: string;
  value: number;
  unit: string;
  baseline: { name: string; value: number };
  /** `value` divided by the value of the baseline. */
  ratio: number;
  /** What the value or the ratio is held to, for people. */
  goal?: string;
}
