/** A direction with less of the whole than this is as good as not there. */
const ABSENT_SHARE = 0.005;
/** Observations are averaged, this much of the latest at least, until one is another load's. */
const LEAST_WEIGHT = 0.1;
const OTHER_LOAD = 0.1;
/** Both directions at their limit: neither shows what it wants, so the smaller one may grow. */
const AT_LIMIT = 0.97;
const DRIFT = 0.02;

/**
 * How one limit is divided between reads and writes, which the kernel limits apart while a volume
 * counts them together. Each direction gets its share of what was seen last. A load that mixes
 * them in a closed loop shows its ratio whatever the limits are, so this settles at once; a
 * direction that is not in use costs the other nothing.
 */
export class Split {
  private reads: number | null = null;
  private observations = 0;

  /** Share of the reads, 0 to 1; null while only one direction, or none, is in use. */
  get readShare(): number | null {
    return this.reads;
  }

  /** Takes what was done in a stretch of time under a limit for both together. */
  observe(reads: number, writes: number, limit: number | null): void {
    const all = reads + writes;
    const seen = reads / all;
    if (all === 0 || seen < ABSENT_SHARE || seen > 1 - ABSENT_SHARE) {
      this.reads = null;
    } else if (this.reads === null || Math.abs(seen - this.reads) > OTHER_LOAD) {
      this.reads = seen;
      this.observations = 1;
    } else {
      const full = limit !== null && isFull(this.reads, reads, writes, limit);
      const wanted = full ? seen + DRIFT * (0.5 - seen) : seen;
      this.observations += 1;
      const weight = Math.max(LEAST_WEIGHT, 1 / this.observations);
      this.reads += weight * (wanted - this.reads);
    }
  }
}

function isFull(share: number, reads: number, writes: number, limit: number): boolean {
  return reads >= AT_LIMIT * limit * share && writes >= AT_LIMIT * limit * (1 - share);
}
