import type { Damage, OnDamage } from './set-aside.ts';

/** What was found damaged in a home: in the log at once, and told once there is somebody to be told. */
export class DamageReports {
  readonly #log: OnDamage;
  #untold: Damage[] = [];
  #tell: OnDamage = (damage) => void this.#untold.push(damage);
  #count = 0;

  constructor(log: OnDamage) {
    this.#log = log;
  }

  get count(): number {
    return this.#count;
  }

  readonly report: OnDamage = (damage) => {
    this.#count += 1;
    this.#log(damage);
    this.#tell(damage);
  };

  /** From now on `tell` hears of each damage, first of those that were found already. */
  tellTo(tell: OnDamage): void {
    this.#tell = tell;
    for (const damage of this.#untold.splice(0)) tell(damage);
  }
}
