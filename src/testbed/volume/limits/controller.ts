/**
 * The limits of an emulated volume: by kind (`kinds.ts`), by burst credits, by first access, and
 * corrected for errors of the kernel's throttle. Nothing in this folder reads a clock or a file:
 * time and counters are parameters, so that tests can set them. Read this file first.
 */

import { Bucket } from "./bucket.ts";
import { changesOf } from "./changes.ts";
import { FirstTouch, type SlowStart } from "./first-touch.ts";
import { type Counters, type DirectionLimits, type Limits, lower, type Profile } from "./kinds.ts";
import { SLICE_SECONDS, Slices } from "./ledger.ts";
import { Quota } from "./quota.ts";

export interface Step {
  /** Null if the current limits stay. */
  readonly limits: DirectionLimits | null;
  /** Time until the next step. */
  readonly waitMs: number;
}

interface Look {
  readonly counters: Counters;
  readonly atMs: number;
}

const TICK_MS = 25;
const RESTING_TICK_MS = 50;
const SHORTEST_MS = 5;
/** Shares and errors are evaluated over several slices and this many operations, or a long time. */
const WINDOW_MS = 2 * SLICE_SECONDS * 1000;
const WINDOW_OPERATIONS = 50;
const LONGEST_WINDOW_MS = 1000;
/** Observation of a new load before limits are divided for it. */
const FIRST_LOOK_MS = 20;
/** After this long without load, the next load counts as new. */
const REST_MS = 1000;
/** Maximum wait for a moment between slices to change limits. */
const PATIENCE_MS = 250;
/** Remaining time of a burst from which steps are frequent. */
const ENDING_SECONDS = 0.3;

const NOTHING: Counters = { readOperations: 0, readBytes: 0, writeOperations: 0, writeBytes: 0 };

/** Decides the next limits from a device's counters and the time. */
export class Controller {
  private profile: Profile;
  private readonly ceiling: Limits;
  private bucket: Bucket | null;
  private touch: FirstTouch | null;
  private readonly operations = new Quota();
  private readonly bytes = new Quota();
  private readonly slices = new Slices();
  private applied: DirectionLimits | null = null;
  private latest: Look | null = null;
  private window: Look | null = null;
  private activeMs = 0;
  private resting = true;
  private newsMs: number | null = null;
  private waitingMs: number | null = null;
  private urgent = true;
  private used = NOTHING;

  constructor(profile: Profile, ceiling: Limits, slowStart: SlowStart | null = null) {
    this.profile = profile;
    this.ceiling = ceiling;
    this.bucket = profile.burst === null ? null : new Bucket(profile.burst);
    this.touch = slowStart === null ? null : new FirstTouch(slowStart);
  }

  /** Replaces the limits and ends a burst; limits of the instance and of first access stay. */
  replace(sustained: Limits): void {
    this.profile = { ...this.profile, sustained, burst: null };
    this.bucket = null;
    this.turn();
  }

  /** Refills the burst credits, if the volume has any. */
  refill(): void {
    const bursting = this.bucket?.bursting;
    this.bucket?.fill();
    if (bursting === false) this.turn();
  }

  get credits(): number | null {
    return this.bucket?.level ?? null;
  }

  step(counters: Counters, nowMs: number): Step {
    const now = { counters, atMs: nowMs };
    if (this.latest !== null) this.account(this.latest, now);
    this.latest = now;
    this.window ??= now;
    this.evaluate(this.window, now);
    return { limits: this.move(nowMs), waitMs: this.waitMs(nowMs) };
  }

  /** Applies other limits immediately and forgets the error of the previous ones. */
  private turn(): void {
    this.urgent = true;
    this.operations.begin();
    this.bytes.begin();
  }

  private account(before: Look, now: Look): void {
    const done = difference(before.counters, now.counters);
    const seconds = (now.atMs - before.atMs) / 1000;
    const operations = done.readOperations + done.writeOperations;
    const bytes = done.readBytes + done.writeBytes;
    this.fetch(done.readBytes);
    if (operations > 0) {
      this.activeMs = now.atMs;
      this.resting = false;
    }
    const { iops, bytesPerSecond } = this.whole();
    const due = {
      operations: this.operations.pass(seconds, operations, iops),
      bytes: this.bytes.pass(seconds, bytes, bytesPerSecond),
    };
    if (this.bucket === null) {
      this.slices.pass(before.atMs, operations, iops);
      return;
    }
    const counted = this.bucket.burst.credit === "operations";
    this.slices.pass(before.atMs, counted ? operations : bytes, counted ? iops : bytesPerSecond);
    this.spend(this.bucket, seconds, due[this.bucket.burst.credit], now.atMs);
  }

  /** Counts read bytes as fetched; after the last one the volume's limits apply. */
  private fetch(bytes: number): void {
    this.touch?.pass(bytes);
    if (this.touch?.over !== true) return;
    this.touch = null;
    this.turn();
  }

  /** Ends a burst between two slices, at the boundary nearest to the end of its credits. */
  private spend(bucket: Bucket, seconds: number, due: number, nowMs: number): void {
    const { bursting } = bucket;
    const whole = this.whole();
    bucket.pass(seconds, due);
    if (bursting && bucket.secondsLeft(whole) <= this.slices.toleranceSeconds(nowMs)) {
      bucket.close();
    }
    if (bucket.bursting !== bursting) this.turn();
  }

  private evaluate(window: Look, now: Look): void {
    const elapsedMs = now.atMs - window.atMs;
    const done = difference(window.counters, now.counters);
    const { readOperations: reads, writeOperations: writes } = done;
    if (reads + writes === 0) {
      if (elapsedMs >= WINDOW_MS) this.window = now;
      if (now.atMs - this.activeMs >= REST_MS) this.rest();
      return;
    }
    if (this.operations.isNews(reads, writes)) {
      this.newsMs ??= now.atMs;
      if (now.atMs - this.newsMs < FIRST_LOOK_MS) return;
      this.urgent = true;
    } else {
      const enough = reads + writes >= WINDOW_OPERATIONS || elapsedMs >= LONGEST_WINDOW_MS;
      if (elapsedMs < WINDOW_MS || !enough) return;
    }
    this.newsMs = null;
    this.window = now;
    this.learn(done, elapsedMs / 1000);
  }

  private learn(done: Counters, seconds: number): void {
    const { iops, bytesPerSecond } = this.whole();
    this.operations.evaluate(done.readOperations, done.writeOperations, seconds, iops);
    this.bytes.evaluate(done.readBytes, done.writeBytes, seconds, bytesPerSecond);
    this.used = {
      readOperations: done.readOperations / seconds,
      readBytes: done.readBytes / seconds,
      writeOperations: done.writeOperations / seconds,
      writeBytes: done.writeBytes / seconds,
    };
  }

  private rest(): void {
    if (this.resting) return;
    this.resting = true;
    this.urgent = true;
    this.operations.rest();
    this.bytes.rest();
    this.used = NOTHING;
  }

  private whole(): Limits {
    const bursting = this.bucket?.bursting === true;
    const own = bursting ? (this.profile.burst?.limits ?? null) : null;
    const all = own ?? this.profile.sustained;
    return lower(this.touch?.of(all) ?? all, this.ceiling);
  }

  /** Returns the limits to set now; null if none change. */
  private move(nowMs: number): DirectionLimits | null {
    const { iops, bytesPerSecond } = this.whole();
    const side = (direction: "read" | "write"): Limits => ({
      iops: this.operations.part(iops, direction),
      bytesPerSecond: this.bytes.part(bytesPerSecond, direction),
    });
    const wanted = { read: side("read"), write: side("write") };
    const changes = changesOf(this.urgent ? null : this.applied, wanted, this.used);
    if (changes === null) {
      this.waitingMs = null;
      return null;
    }
    this.waitingMs ??= nowMs;
    const patient = nowMs - this.waitingMs < PATIENCE_MS;
    if (!this.urgent && !this.slices.quiet && patient) return null;
    this.urgent = false;
    this.waitingMs = null;
    this.applied = changes;
    return changes;
  }

  /** Waits short enough to hit the end of a burst within some ms: scaled bursts last seconds. */
  private waitMs(nowMs: number): number {
    const tick = nowMs - this.activeMs > WINDOW_MS ? RESTING_TICK_MS : TICK_MS;
    if (this.newsMs !== null) return FIRST_LOOK_MS;
    if (this.bucket?.bursting !== true) return tick;
    const left = this.bucket.secondsLeft(this.whole());
    if (left < ENDING_SECONDS) return SHORTEST_MS;
    return Math.min(tick, (left - ENDING_SECONDS) * 1000 + SHORTEST_MS);
  }
}

function difference(from: Counters, to: Counters): Counters {
  return {
    readOperations: to.readOperations - from.readOperations,
    readBytes: to.readBytes - from.readBytes,
    writeOperations: to.writeOperations - from.writeOperations,
    writeBytes: to.writeBytes - from.writeBytes,
  };
}
