import type { Damage, OnDamage } from './set-aside.ts';

/** What was found damaged in a home: in the log at once, and told once there is somebody to be told. */
export class DamageReports {
  readonly #log: OnDamage;
  #untold: Damage[] = [];
  #tell: OnDamage = (damage) => void this.#untold.push(damage);
  readonly #files = new Set<string>();
  #count = 0;

  constructor(log: OnDamage) {
    this.#log = log;
  }

  get count(): number {
    return this.#count;
  }

  readonly report: OnDamage = (damage) => {
    if (this.#isExplained(damage)) return;
    this.#files.add(damage.file);
    this.#count += 1;
    this.#log(damage);
    this.#tell(damage);
  };

  /** What is gone because it, or a folder above it, was set aside has been told. */
  #isExplained({ file, keptAs }: Damage): boolean {
    return keptAs === null && [...this.#files].some((one) => file === one || file.startsWith(`${one}/`));
  }

  /** From now on `tell` hears of each damage, first of those that were found already. */
  tellTo(tell: OnDamage): void {
    this.#tell = tell;
    for (const damage of this.#untold.splice(0)) tell(damage);
  }
}
