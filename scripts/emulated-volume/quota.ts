import { Ledger, SLICE_SECONDS } from "./ledger.ts";
import { type Shares, Split } from "./split.ts";

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
