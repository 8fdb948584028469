import { Bucket } from "./bucket.ts";
import { type Limits, lower, type Profile } from "./kinds.ts";
import { Split } from "./split.ts";

/** What a device has done since it was made; requests are counted as the device got them. */
export interface Counters {
  readonly readOperations: number;
  readonly readBytes: number;
  readonly writeOperations: number;
  readonly writeBytes: number;
}

/** What the kernel can be told: each direction apart. */
export interface DirectionLimits {
  readonly read: Limits;
  readonly write: Limits;
}

export interface Step {
  /** Null where the limits that hold are still right. */
  readonly limits: DirectionLimits | null;
  /** How long these can be left alone. */
  readonly waitMs: number;
}

/** Each change of a limit gives away some ms of I/O, so small ones and frequent ones are left. */
const WINDOW_MS = 500;
const TICK_MS = 100;
const SHORTEST_MS = 5;
const NEGLIGIBLE = 0.02;

/** Decides from a device's counters which limits hold next. Time is given to it. */
export class Controller {
  private profile: Profile;
  private readonly ceiling: Limits;
  private bucket: Bucket | null;
  private readonly operations = new Split();
  private readonly bytes = new Split();
  private applied: DirectionLimits | null = null;
  private tick: { readonly counters: Counters; readonly atMs: number } | null = null;
  private window: { readonly counters: Counters; readonly atMs: number } | null = null;

  constructor(profile: Profile, ceiling: Limits) {
    this.profile = profile;
    this.ceiling = ceiling;
    this.bucket = profile.burst === null ? null : new Bucket(profile.burst);
  }

  /** From now on these limits, without any burst; an instance's ceiling stays. */
  replace(sustained: Limits): void {
    this.profile = { ...this.profile, sustained, burst: null };
    this.bucket = null;
  }

  /** Fills the credit bucket, where there is one. */
  refill(): void {
    this.bucket?.fill();
  }

  get credits(): number | null {
    return this.bucket?.level ?? null;
  }

  step(counters: Counters, nowMs: number): Step {
    const now = { counters, atMs: nowMs };
    this.countCredits(now);
    const whole = this.whole();
    if (this.window === null) this.window = now;
    else if (nowMs - this.window.atMs >= WINDOW_MS) {
      const before = this.window;
      this.observe(before.counters, counters, (nowMs - before.atMs) / 1000, whole);
      this.window = now;
    }
    const wanted = this.divide(whole);
    const limits = this.applied !== null && near(this.applied, wanted) ? null : wanted;
    this.applied = limits ?? this.applied;
    return { limits, waitMs: this.waitMs() };
  }

  private countCredits(now: { readonly counters: Counters; readonly atMs: number }): void {
    const before = this.tick;
    this.tick = now;
    if (before === null || this.bucket === null) return;
    const { operations, bytes } = difference(before.counters, now.counters);
    const spent = this.bucket.burst.credit === "operations" ? operations : bytes;
    this.bucket.pass((now.atMs - before.atMs) / 1000, spent);
  }

  private whole(): Limits {
    const bursting = this.bucket?.bursting === true;
    const own = bursting ? (this.profile.burst?.limits ?? null) : null;
    return lower(own ?? this.profile.sustained, this.ceiling);
  }

  private observe(from: Counters, to: Counters, seconds: number, whole: Limits): void {
    const { iops, bytesPerSecond } = whole;
    this.operations.observe(
      to.readOperations - from.readOperations,
      to.writeOperations - from.writeOperations,
      iops === null ? null : iops * seconds,
    );
    this.bytes.observe(
      to.readBytes - from.readBytes,
      to.writeBytes - from.writeBytes,
      bytesPerSecond === null ? null : bytesPerSecond * seconds,
    );
  }

  private divide(whole: Limits): DirectionLimits {
    const part = (limit: number | null, share: number | null) =>
      limit === null ? null : Math.max(1, Math.round(limit * (share ?? 1)));
    const operations = this.operations.readShare;
    const bytes = this.bytes.readShare;
    return {
      read: {
        iops: part(whole.iops, operations),
        bytesPerSecond: part(whole.bytesPerSecond, bytes),
      },
      write: {
        iops: part(whole.iops, operations === null ? null : 1 - operations),
        bytesPerSecond: part(whole.bytesPerSecond, bytes === null ? null : 1 - bytes),
      },
    };
  }

  /** The end of a burst is met to some ms, since a scaled one lasts no more than seconds. */
  private waitMs(): number {
    if (this.bucket === null) return WINDOW_MS;
    if (!this.bucket.bursting) return TICK_MS;
    const left = this.bucket.secondsLeft * 1000;
    return Math.max(SHORTEST_MS, Math.min(TICK_MS, left));
  }
}

function difference(from: Counters, to: Counters): { operations: number; bytes: number } {
  return {
    operations:
      to.readOperations - from.readOperations + (to.writeOperations - from.writeOperations),
    bytes: to.readBytes - from.readBytes + (to.writeBytes - from.writeBytes),
  };
}

function near(a: DirectionLimits, b: DirectionLimits): boolean {
  const same = (x: number | null, y: number | null) =>
    x === y || (x !== null && y !== null && Math.abs(x - y) <= NEGLIGIBLE * x);
  return (["read", "write"] as const).every(
    (side) =>
      same(a[side].iops, b[side].iops) && same(a[side].bytesPerSecond, b[side].bytesPerSecond),
  );
}
