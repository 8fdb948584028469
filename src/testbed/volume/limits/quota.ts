import { Ledger, SLICE_SECONDS } from "./ledger.ts";

/** Error that stays for an undivided limit, which the throttle meets except for its slices. */
const SPARE_SECONDS = SLICE_SECONDS / 2;

/** One of a volume's two limits, in operations or in bytes. */
export class Quota {
  private readonly ledger = new Ledger();
  private readonly split = new Split();

  /** Accounts for a period; returns the amount that belongs to it. */
  pass(seconds: number, done: number, limit: number | null): number {
    return this.ledger.pass(seconds, done, limit);
  }

  isNews(reads: number, writes: number): boolean {
    return this.split.isNews(reads, writes);
  }

  /** Evaluates the observations since the last call. */
  evaluate(reads: number, writes: number, seconds: number, limit: number | null): void {
    const applied = limit === null ? null : limit * this.ledger.factor;
    this.split.observe(reads, writes, seconds, applied);
    this.ledger.correct(limit, this.split.divided ? 0 : SPARE_SECONDS);
  }

  /** A direction's part of the limit. */
  part(limit: number | null, direction: keyof Shares): number | null {
    if (limit === null) return null;
    return limit * this.ledger.factor * this.split.shares[direction];
  }

  /** Applies another limit. */
  begin(): void {
    this.ledger.forget();
  }

  /** The volume is not in use. */
  rest(): void {
    this.split.forget();
  }
}

/** A direction below this share counts as unused. */
const ABSENT_SHARE = 0.005;
/** Minimum weight of the latest observation in the average. */
const MIN_WEIGHT = 0.05;
/** Difference over a time that indicates another load: one slice more or less is noise. */
const OTHER_LOAD = 0.1;
const OTHER_SECONDS = 0.5;
/** Weight of a new average, so that one outlier does not change it. */
const OTHER_OBSERVATIONS = 5;
/** Headroom of the smaller direction, so that only the larger one is throttled. */
const HEADROOM = 1.3;
const MIN_SHARE = 0.1;
/** Time with used headroom after which a direction gets more. */
const FULL_SHARE = 0.95;

/** Shares of one limit. Their sum is above 1, because not every direction uses its whole share. */
interface Shares {
  readonly read: number;
  readonly write: number;
}

/** An unused direction gets half, so that a new mix gets the limit and not twice of it. */
const NONE: Shares = { read: 0.5, write: 0.5 };
const READS_ALONE: Shares = { read: 1, write: 0.5 };
const WRITES_ALONE: Shares = { read: 0.5, write: 1 };

const NOTHING = { reads: 0, writes: 0, seconds: 0 };

/**
 * Divides one limit between reads and writes by observation: the kernel limits them separately, a
 * volume together. A closed loop with a mix shows its ratio under any limits, and throttling one
 * direction throttles both. Two greedy loads get half each.
 */
class Split {
  private latest = NONE;
  private reads: number | null = null;
  private observations = 0;
  private lately = NOTHING;

  get shares(): Shares {
    return this.latest;
  }

  /** Whether both directions were in use at the last observation. */
  get divided(): boolean {
    return this.latest.read < 1 && this.latest.write < 1 && this.latest !== NONE;
  }

  /** Whether an unused direction is in use now: this cannot wait. */
  isNews(reads: number, writes: number): boolean {
    const all = reads + writes;
    if (this.latest === NONE) return all > 0;
    if (this.latest === READS_ALONE) return writes > ABSENT_SHARE * all;
    return this.latest === WRITES_ALONE && reads > ABSENT_SHARE * all;
  }

  /** Accounts for a period of at least a slice under a limit per second. */
  observe(reads: number, writes: number, seconds: number, limit: number | null): void {
    const all = reads + writes;
    if (all === 0) return;
    const seen = reads / all;
    this.observations = this.reads === null ? 1 : this.observations + 1;
    const known = this.reads ?? seen;
    const weight = Math.max(MIN_WEIGHT, 1 / this.observations);
    this.lately = {
      reads: this.lately.reads + reads,
      writes: this.lately.writes + writes,
      seconds: this.lately.seconds + seconds,
    };
    this.reads = this.unlessOther(known + weight * (seen - known), limit);
    this.latest = sharesOf(this.reads);
  }

  /** Resets the observations: nothing is in use. */
  forget(): void {
    this.latest = NONE;
    this.reads = null;
    this.lately = NOTHING;
  }

  /** Average share of reads, or the latest one if the load has changed. */
  private unlessOther(average: number, limit: number | null): number {
    const { reads, writes, seconds } = this.lately;
    if (seconds < OTHER_SECONDS) return average;
    this.lately = NOTHING;
    const all = reads + writes;
    const seen = reads / all;
    const smaller = Math.min(this.latest.read, this.latest.write);
    const most = limit === null ? Number.POSITIVE_INFINITY : limit * seconds * smaller;
    // Small counts vary more by chance: ignore differences up to three standard deviations.
    const chance = 3 * Math.sqrt((average * (1 - average)) / all);
    const grows = Math.min(reads, writes) >= FULL_SHARE * most;
    if (!grows && Math.abs(seen - average) <= OTHER_LOAD + chance) return average;
    this.observations = OTHER_OBSERVATIONS;
    return seen;
  }
}

function sharesOf(reads: number): Shares {
  if (reads < ABSENT_SHARE) return WRITES_ALONE;
  if (reads > 1 - ABSENT_SHARE) return READS_ALONE;
  const smaller = Math.min(reads, 1 - reads);
  const roomy = Math.max(MIN_SHARE, HEADROOM * smaller);
  return reads < 0.5 ? { read: roomy, write: 1 - smaller } : { read: 1 - smaller, write: roomy };
}
