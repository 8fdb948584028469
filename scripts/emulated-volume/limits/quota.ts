import { Ledger, SLICE_SECONDS } from "./ledger.ts";

/** A limit that is not divided is kept by the throttle itself, but for the phase of its slices. */
const SPARE_SECONDS = SLICE_SECONDS / 2;

/** One of a volume's two limits, that of operations or that of bytes, as it is to be kept. */
export class Quota {
  private readonly ledger = new Ledger();
  private readonly split = new Split();

  /** Takes what was done in a stretch of time; returns what became due in it. */
  pass(seconds: number, done: number, limit: number | null): number {
    return this.ledger.pass(seconds, done, limit);
  }

  isNews(reads: number, writes: number): boolean {
    return this.split.isNews(reads, writes);
  }

  /** Judges what was done since the last time. */
  judge(reads: number, writes: number, seconds: number, limit: number | null): void {
    const applied = limit === null ? null : limit * this.ledger.factor;
    this.split.observe(reads, writes, seconds, applied);
    this.ledger.correct(limit, this.split.divided ? 0 : SPARE_SECONDS);
  }

  /** What a direction may have of the limit. */
  part(limit: number | null, direction: keyof Shares): number | null {
    if (limit === null) return null;
    return limit * this.ledger.factor * this.split.shares[direction];
  }

  /** Another limit holds from now on. */
  begin(): void {
    this.ledger.forget();
  }

  /** The volume is not in use. */
  rest(): void {
    this.split.forget();
  }
}

/** A direction with less of the whole than this is as good as not there. */
const ABSENT_SHARE = 0.005;
/** Observations are averaged, this much of the latest at least. */
const MIN_WEIGHT = 0.05;
/** It is another load when this much differs over so long: a slice more or less is chance. */
const OTHER_LOAD = 0.1;
const OTHER_SECONDS = 0.5;
/** What a new average counts as, so that one odd observation does not turn it. */
const OTHER_OBSERVATIONS = 5;
/** The smaller direction has more than its share, so that only the larger one is held back. */
const HEADROOM = 1.3;
const MIN_SHARE = 0.1;
/** One that uses its headroom up for long wants more. */
const FULL_SHARE = 0.95;

/** Shares of one limit. Their sum is above 1: not each direction uses all of its own. */
interface Shares {
  readonly read: number;
  readonly write: number;
}

/** A direction that is not in use has half: a mix that begins gets the limit, not twice. */
const NONE: Shares = { read: 0.5, write: 0.5 };
const READS_ALONE: Shares = { read: 1, write: 0.5 };
const WRITES_ALONE: Shares = { read: 0.5, write: 1 };

const NOTHING = { reads: 0, writes: 0, seconds: 0 };

/**
 * How one limit is divided between reads and writes, which the kernel limits apart while a volume
 * counts them together: by what was seen of them. A load that mixes them in a closed loop shows its
 * ratio whatever the limits are, and holding back one direction holds back both. Two loads that
 * both want everything end up with half each.
 */
class Split {
  private latest = NONE;
  private reads: number | null = null;
  private observations = 0;
  private lately = NOTHING;

  get shares(): Shares {
    return this.latest;
  }

  /** Whether both directions were in use when last seen. */
  get divided(): boolean {
    return this.latest.read < 1 && this.latest.write < 1 && this.latest !== NONE;
  }

  /** Whether a direction is in use that was not known to be: this cannot wait. */
  isNews(reads: number, writes: number): boolean {
    const all = reads + writes;
    if (this.latest === NONE) return all > 0;
    if (this.latest === READS_ALONE) return writes > ABSENT_SHARE * all;
    return this.latest === WRITES_ALONE && reads > ABSENT_SHARE * all;
  }

  /** Takes what was done in a stretch of time, a slice at least, under a limit for a second. */
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

  /** Nothing is in use any more. */
  forget(): void {
    this.latest = NONE;
    this.reads = null;
    this.lately = NOTHING;
  }

  /** The average share of the reads, or the latest where the average is of another load. */
  private unlessOther(average: number, limit: number | null): number {
    const { reads, writes, seconds } = this.lately;
    if (seconds < OTHER_SECONDS) return average;
    this.lately = NOTHING;
    const all = reads + writes;
    const seen = reads / all;
    const smaller = Math.min(this.latest.read, this.latest.write);
    const most = limit === null ? Number.POSITIVE_INFINITY : limit * seconds * smaller;
    // Few operations differ more by chance than many: three standard deviations are no news.
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
