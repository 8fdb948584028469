import { SLICE_SECONDS } from "./ledger.ts";

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
