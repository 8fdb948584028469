/**
 * The limits of an emulated volume: by kind (`kinds.ts`), by burst credits, by first access, and
 * corrected for what the kernel's throttle does. Nothing in this folder reads a clock or a file:
 * time and counters are given, so that tests can make them. Read this file first.
 */

import { Bucket } from "./bucket.ts";
import { changesOf } from "./changes.ts";
import { FirstTouch, type SlowStart } from "./first-touch.ts";
import { type Counters, type DirectionLimits, type Limits, lower, type Profile } from "./kinds.ts";
import { SLICE_SECONDS, Slices } from "./ledger.ts";
import { Quota } from "./quota.ts";

export interface Step {
  /** Null where the limits that hold are still right. */
  readonly limits: DirectionLimits | null;
  /** How long these can be left alone. */
  readonly waitMs: number;
}

interface Look {
  readonly counters: Counters;
  readonly atMs: number;
}

const TICK_MS = 25;
const RESTING_TICK_MS = 50;
const SHORTEST_MS = 5;
/** Shares and errors are judged over some slices, and over so many operations unless it is long. */
const WINDOW_MS = 2 * SLICE_SECONDS * 1000;
const WINDOW_OPERATIONS = 50;
const LONGEST_WINDOW_MS = 1000;
/** A load that begins is looked at for so long before limits are divided for it. */
const FIRST_LOOK_MS = 20;
/** After so long without any load, nothing is known of the next one. */
const REST_MS = 1000;
/** Limits are moved while nothing is being handed out, if that comes to pass within this time. */
const PATIENCE_MS = 250;
/** From here on the end of a burst is watched closely. */
const ENDING_SECONDS = 0.3;

const NOTHING: Counters = { readOperations: 0, readBytes: 0, writeOperations: 0, writeBytes: 0 };

/** Decides from a device's counters which limits hold next. Time is given to it. */
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

  /** From now on these limits, without any burst; an instance's and a first touch's stay. */
  replace(sustained: Limits): void {
    this.profile = { ...this.profile, sustained, burst: null };
    this.bucket = null;
    this.turn();
  }

  /** Fills the credit bucket, where there is one. */
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
    this.judge(this.window, now);
    return { limits: this.move(nowMs), waitMs: this.waitMs(nowMs) };
  }

  /** Other limits hold at once, and nothing is owed from those before. */
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

  /** What was read is fetched from then on; after the last of it the volume's own limits hold. */
  private fetch(bytes: number): void {
    this.touch?.pass(bytes);
    if (this.touch?.over !== true) return;
    this.touch = null;
    this.turn();
  }

  /** A burst ends between two slices, at the end that is nearer to when its credits do. */
  private spend(bucket: Bucket, seconds: number, due: number, nowMs: number): void {
    const { bursting } = bucket;
    const whole = this.whole();
    bucket.pass(seconds, due);
    if (bursting && bucket.secondsLeft(whole) <= this.slices.toleranceSeconds(nowMs)) {
      bucket.close();
    }
    if (bucket.bursting !== bursting) this.turn();
  }

  private judge(window: Look, now: Look): void {
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
    this.operations.judge(done.readOperations, done.writeOperations, seconds, iops);
    this.bytes.judge(done.readBytes, done.writeBytes, seconds, bytesPerSecond);
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

  /** The limits to set now, if any. */
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

  /** The end of a burst is met to some ms, since a scaled one lasts no more than seconds. */
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
