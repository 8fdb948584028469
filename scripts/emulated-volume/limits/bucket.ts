import type { Burst, Limits } from "./kinds.ts";

/** Credits come back in drops; a burst starts again when this much of a second's has gathered. */
const RECOVERY_SECONDS = 0.5;

/** The credits of a volume: spent by what it does, earned as time passes. */
export class Bucket {
  readonly burst: Burst;
  private credits: number;
  private open: boolean;

  constructor(burst: Burst) {
    this.burst = burst;
    this.credits = burst.capacity;
    this.open = burst.capacity > 0;
  }

  /** Credits that are left; below 0 while a burst that has used them up is not yet ended. */
  get level(): number {
    return this.credits;
  }

  /** Whether the burst's limits hold now, rather than the sustained ones. */
  get bursting(): boolean {
    return this.open;
  }

  /** Counts what was done (operations or bytes, by the kind of credit) in a stretch of time. */
  pass(seconds: number, spent: number): void {
    const { capacity, refillPerSecond } = this.burst;
    const level = this.credits + refillPerSecond * seconds - spent;
    this.credits = Math.min(capacity, this.open ? level : Math.max(0, level));
    const enough = Math.min(capacity, refillPerSecond * RECOVERY_SECONDS);
    if (this.credits > 0 && this.credits >= enough) this.open = true;
  }

  /** Ends the burst. */
  close(): void {
    this.open = false;
    this.credits = Math.max(0, this.credits);
  }

  fill(): void {
    this.credits = this.burst.capacity;
    this.open = this.credits > 0;
  }

  /** Seconds until the bucket is empty when these limits are used in full. */
  secondsLeft({ iops, bytesPerSecond }: Limits): number {
    const { credit, refillPerSecond } = this.burst;
    const most = credit === "operations" ? iops : bytesPerSecond;
    if (most === null || most <= refillPerSecond) return Number.POSITIVE_INFINITY;
    return this.credits / (most - refillPerSecond);
  }
}
