import type { Burst, Limits } from "./kinds.ts";

/** Credits for this many seconds must accumulate before a burst starts again. */
const RECOVERY_SECONDS = 0.5;

/** The burst credits of a volume: spent by operations or bytes, earned over time. */
export class Bucket {
  readonly burst: Burst;
  private credits: number;
  private open: boolean;

  constructor(burst: Burst) {
    this.burst = burst;
    this.credits = burst.capacity;
    this.open = burst.capacity > 0;
  }

  /** Credit balance; below 0 if a burst has spent all credits and has not ended yet. */
  get level(): number {
    return this.credits;
  }

  /** Whether the burst limits apply instead of the sustained ones. */
  get bursting(): boolean {
    return this.open;
  }

  /** Accounts for operations or bytes (by the kind of credit) in a period. */
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

  /** Seconds until no credits are left at these limits. */
  secondsLeft({ iops, bytesPerSecond }: Limits): number {
    const { credit, refillPerSecond } = this.burst;
    const most = credit === "operations" ? iops : bytesPerSecond;
    if (most === null || most <= refillPerSecond) return Number.POSITIVE_INFINITY;
    return this.credits / (most - refillPerSecond);
  }
}
