/** The throttle hands out, at the beginning of each slice of this length, what it allows in it. */
export const SLICE_SECONDS = 0.1;
/** So on average, half a slice was handed out ahead of its time. */
const AHEAD_SECONDS = SLICE_SECONDS / 2;
/** What was missed for longer is forgotten: a volume does not save up. */
const MAX_BEHIND_SECONDS = 0.25;
/** Nor is more taken back: what the kernel writes for others is not throttled, but counted. */
const MAX_AHEAD_SECONDS = SLICE_SECONDS + 0.25;
/** Who uses less of a limit than this, over about so long, is not held back by it. */
const WANTED_SHARE = 0.5;
const USE_SECONDS = 0.3;
const USE_OPERATIONS = 2;
/** An error is paid back within about this time. */
const REPAY_SECONDS = 0.5;
const MAX_CORRECTION = 0.5;

/**
 * What was done, in operations or in bytes, beside what a limit allows as time passes. Left alone,
 * the throttle misses a limit that is divided between reads and writes, and rounds every limit
 * down to whole operations a slice. What is missing, or too much, is paid back.
 */
export class Ledger {
  private ahead = 0;
  private use = 0;
  private sum = 0;
  private samples = 0;
  private corrected = 1;

  /** What limits are to be multiplied with; 1 where the throttle does what they say. */
  get factor(): number {
    return this.corrected;
  }

  /**
   * Takes what was done in a stretch of time; returns what of all that was done became due in it,
   * since what was handed out ahead of its time counts later.
   */
  pass(seconds: number, done: number, limit: number | null): number {
    if (limit === null || seconds <= 0) return done;
    const weight = 1 - Math.exp(-seconds / (USE_SECONDS + USE_OPERATIONS / limit));
    this.use += weight * (done / limit / seconds - this.use);
    const before = this.ahead;
    const least = this.wanted ? -MAX_BEHIND_SECONDS * limit : 0;
    const most = MAX_AHEAD_SECONDS * limit;
    this.ahead = Math.min(most, Math.max(least, before + done - limit * seconds));
    this.sum += this.ahead;
    this.samples += 1;
    return done - (this.ahead - before);
  }

  /** Decides the factor by what was seen since the last time; errors up to `spare` stay. */
  correct(limit: number | null, spareSeconds: number): void {
    if (limit !== null && this.samples > 0) {
      const wrong = this.sum / this.samples / limit - AHEAD_SECONDS;
      const excess = Math.sign(wrong) * Math.max(0, Math.abs(wrong) - spareSeconds);
      const change = this.wanted ? -excess / REPAY_SECONDS : 0;
      this.corrected = 1 + Math.max(-MAX_CORRECTION, Math.min(MAX_CORRECTION, change));
    }
    this.sum = 0;
    this.samples = 0;
  }

  /** Nothing is owed from now on: another limit holds. */
  forget(): void {
    this.ahead = 0;
    this.sum = 0;
    this.samples = 0;
    this.corrected = 1;
  }

  private get wanted(): boolean {
    return this.use >= WANTED_SHARE;
  }
}

/** What is done at once of a slice's worth marks its beginning. */
const BEGINNING_SHARE = 0.2;
/** So near to the next slice, before which the kernel's timer may come in by some ms. */
const NEAR_END_SHARE = 0.87;

/** Follows the throttle's slices by what a device does: much at once, then nothing for a while. */
export class Slices {
  private beganMs = 0;
  private still = true;

  /** Takes what was done between two times, and the limit for a second. */
  pass(fromMs: number, done: number, limit: number | null): void {
    this.still = done === 0;
    const beginning = limit !== null && done > BEGINNING_SHARE * SLICE_SECONDS * limit;
    if (beginning) this.beganMs = fromMs;
  }

  /** Nothing was done: what is wanted waits, all of it, and none of it is being handed out. */
  get quiet(): boolean {
    return this.still;
  }

  /**
   * How far from its time, in seconds, a limit had best be changed now: half a slice where one has
   * just been used up, since the next one comes too late or too soon by as much; less than nothing
   * in the midst of one, which is paid for already.
   */
  toleranceSeconds(nowMs: number): number {
    const passed = (nowMs - this.beganMs) / 1000 / SLICE_SECONDS;
    if (passed > 1 + BEGINNING_SHARE) return 0;
    return passed >= NEAR_END_SHARE ? SLICE_SECONDS / 2 : -SLICE_SECONDS / 2;
  }
}
