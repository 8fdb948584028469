/** Number of hosts that are estimated concurrently; more would queue in this process. */
const MAX_CONCURRENT = 32;
const MIN_CONCURRENT = 4;
/** Round trips per nanosecond that do not queue in this process or in a server between. */
const TRIPS_PER_NS = 1.5e-6;

/**
 * Lets a number of tasks run concurrently: as many as keep this process busy while messages are on
 * their way, because more would wait for each other and be measured with that.
 */
export class Turns {
  private running = 0;
  private meanNs = 0;
  private readonly waiting: (() => void)[] = [];

  async take<Value>(task: () => Promise<Value>): Promise<Value> {
    if (this.running < this.limit) this.running++;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await task();
    } finally {
      this.running--;
      this.wake();
    }
  }

  /** Takes the time of a round trip into account, nanoseconds. */
  note(ns: number): void {
    this.meanNs += (ns - this.meanNs) / 8;
  }

  private get limit(): number {
    const wanted = Math.round(this.meanNs * TRIPS_PER_NS);
    return Math.min(MAX_CONCURRENT, Math.max(MIN_CONCURRENT, wanted));
  }

  private wake(): void {
    while (this.running < this.limit) {
      const next = this.waiting.shift();
      if (next === undefined) return;
      this.running++;
      next();
    }
  }
}
