/** Length of a slice: the throttle grants the allowance of a slice at its start. */
export const SLICE_SECONDS = 0.1;
/** On average, half a slice is granted in advance. */
const AHEAD_SECONDS = SLICE_SECONDS / 2;
/** Maximum backlog that is made up for: a volume does not save unused performance. */
const MAX_BEHIND_SECONDS = 0.25;
/** Maximum excess that is taken back: unthrottled kernel writes are counted too. */
const MAX_AHEAD_SECONDS = SLICE_SECONDS + 0.25;
/** Below this use of a limit, over about this time, the limit does not hold the load back. */
const WANTED_SHARE = 0.5;
const USE_SECONDS = 0.3;
const USE_OPERATIONS = 2;
/** Time to correct an error. */
const REPAY_SECONDS = 0.5;
const MAX_CORRECTION = 0.5;

/**
 * Compares operations or bytes with a limit over time. The kernel's throttle misses a limit that is
 * divided between reads and writes, and rounds limits down to whole operations per slice. The
 * ledger corrects the difference.
 */
export class Ledger {
  private ahead = 0;
  private use = 0;
  private sum = 0;
  private samples = 0;
  private corrected = 1;

  /** Factor for the limits; 1 if the throttle meets them. */
  get factor(): number {
    return this.corrected;
  }

  /**
   * Accounts for a period. Returns the amount that belongs to this period, because amounts granted
   * in advance count later.
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

  /** Sets the factor by the latest observations; errors up to `spare` stay. */
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

  /** Forgets the error: another limit applies. */
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

/** Share of a slice's allowance whose use marks the start of the slice. */
const BEGINNING_SHARE = 0.2;
/** Margin before the next slice, because the kernel's timer may be some ms early. */
const NEAR_END_SHARE = 0.87;

/** Detects the throttle's slices by a device's pattern: much at the start, then nothing. */
export class Slices {
  private beganMs = 0;
  private still = true;

  /** Accounts for the operations of a period under a limit per second. */
  pass(fromMs: number, done: number, limit: number | null): void {
    this.still = done === 0;
    const beginning = limit !== null && done > BEGINNING_SHARE * SLICE_SECONDS * limit;
    if (beginning) this.beganMs = fromMs;
  }

  /** Nothing was completed: requests wait, and none is granted. */
  get quiet(): boolean {
    return this.still;
  }

  /**
   * Returns how far from its time, in seconds, a change of the limit may be now: half a slice if
   * one has just been used up, because the next one is too late or too early by as much; negative
   * within a slice, whose allowance is already granted.
   */
  toleranceSeconds(nowMs: number): number {
    const passed = (nowMs - this.beganMs) / 1000 / SLICE_SECONDS;
    if (passed > 1 + BEGINNING_SHARE) return 0;
    return passed >= NEAR_END_SHARE ? SLICE_SECONDS / 2 : -SLICE_SECONDS / 2;
  }
}
