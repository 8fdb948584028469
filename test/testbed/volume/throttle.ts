import { Random } from "../../../src/model/random/random.ts";
import type { Controller } from "../../../src/testbed/volume/limits/controller.ts";
import type {
  Counters,
  DirectionLimits,
  Limits,
} from "../../../src/testbed/volume/limits/kinds.ts";

/** The kernel's clock ticks at 250 Hz; a slice of the throttle is a tenth of a second. */
const HZ = 250;
const TICK_MS = 1000 / HZ;
const SLICE = HZ / 10;
/** Simulates the device for a millisecond. */
const DEVICE_OPERATIONS = 60;

interface Request {
  readonly read: boolean;
  readonly bytes: number;
  readonly pool: Pool;
}

/** Requests in flight that are issued again as soon as they complete. */
export interface Pool {
  readonly depth: number;
  readonly readShare: number;
  readonly bytes?: number;
  /** When it runs (default: always). */
  readonly fromMs?: number;
  readonly untilMs?: number;
}

/**
 * One direction of Linux's block throttle as of 6.16, as far as limits and slices go: at the
 * beginning of a slice all of it may be used; what is used is taken back as slices pass; a change
 * of a limit begins a slice, and keeps what was used only if something waits.
 */
class Direction {
  readonly waiting: Request[] = [];
  limits: Limits = { iops: null, bytesPerSecond: null };
  private start = 0;
  private end = 0;
  private operations = 0;
  private bytes = 0;

  /** Whether a request may go at a tick, and if so, counts it. */
  pass(tick: number, { bytes }: Request): boolean {
    if (tick > this.end && this.waiting.length === 0) this.begin(tick);
    else this.end = Math.max(this.end, SLICE * Math.ceil((tick + SLICE) / SLICE));
    const elapsed = tick - this.start;
    const slices = (ticks: number) => SLICE * Math.max(1, Math.ceil(ticks / SLICE));
    const { iops, bytesPerSecond } = this.limits;
    if (this.bytes + bytes > allowed(bytesPerSecond, slices(elapsed))) return false;
    if (this.operations + 1 > allowed(iops, slices(elapsed + 1))) return false;
    this.operations += 1;
    this.bytes += bytes;
    const over = SLICE * Math.floor(elapsed / SLICE) - SLICE;
    if (over >= SLICE) this.trim(over);
    return true;
  }

  change(tick: number, limits: Limits): void {
    const elapsed = tick - this.start;
    const keep = (used: number, limit: number | null) => {
      const due = allowed(limit, elapsed);
      return this.waiting.length > 0 && due > 0 && Number.isFinite(due) ? used - due : 0;
    };
    const operations = keep(this.operations, this.limits.iops);
    const bytes = keep(this.bytes, this.limits.bytesPerSecond);
    this.limits = limits;
    this.begin(tick);
    this.operations = operations;
    this.bytes = bytes;
  }

  private begin(tick: number): void {
    this.start = tick;
    this.end = tick + SLICE;
    this.operations = 0;
    this.bytes = 0;
  }

  private trim(ticks: number): void {
    this.operations = Math.max(0, this.operations - allowed(this.limits.iops, ticks));
    this.bytes = Math.max(0, this.bytes - allowed(this.limits.bytesPerSecond, ticks));
    this.start += ticks;
  }
}

function allowed(limit: number | null, ticks: number): number {
  return limit === null ? Number.POSITIVE_INFINITY : Math.floor((limit * ticks) / HZ);
}

/** A device under the throttle and a controller, with loads that want more than there is. */
export class ThrottledDevice {
  changes = 0;
  private nowMs = 0;
  private nextMs = 0;
  private readonly controller: Controller;
  private readonly random: () => number;
  private readonly sides = { read: new Direction(), write: new Direction() };
  private readonly passed: Request[] = [];
  private idle: Pool[] = [];
  private counters: Counters = {
    ...{ readOperations: 0, readBytes: 0, writeOperations: 0, writeBytes: 0 },
  };

  constructor(controller: Controller, seed: number) {
    this.controller = controller;
    const random = new Random(seed);
    this.random = () => random.unit();
  }

  /** Starts a load; it goes on until its time is over. */
  load(pool: Pool): void {
    for (let slot = 0; slot < pool.depth; slot++) this.idle.push(pool);
  }

  /** Lets time pass; returns what was done in a second of it, on average. */
  run(seconds: number): { read: number; write: number; all: number; bytes: number } {
    const from = this.counters;
    const untilMs = this.nowMs + 1000 * seconds;
    for (; this.nowMs < untilMs; this.nowMs++) this.millisecond();
    const to = this.counters;
    const read = (to.readOperations - from.readOperations) / seconds;
    const write = (to.writeOperations - from.writeOperations) / seconds;
    const bytes = to.readBytes + to.writeBytes - from.readBytes - from.writeBytes;
    return { read, write, all: read + write, bytes: bytes / seconds };
  }

  private millisecond(): void {
    const tick = Math.floor(this.nowMs / TICK_MS);
    if (this.nowMs >= this.nextMs) this.step(tick);
    if (this.nowMs % TICK_MS === 0) {
      for (const side of [this.sides.read, this.sides.write]) this.dispatch(side, tick);
    }
    for (let left = DEVICE_OPERATIONS; left > 0; left--) {
      this.issue(tick);
      const done = this.passed.shift();
      if (done === undefined) return;
      this.count(done);
      this.idle.push(done.pool);
    }
  }

  /** Timers come late by up to a millisecond. */
  private step(tick: number): void {
    const { limits, waitMs } = this.controller.step(this.counters, this.nowMs);
    if (limits !== null) this.set(limits, tick);
    this.nextMs = this.nowMs + waitMs + this.random();
  }

  private set(limits: DirectionLimits, tick: number): void {
    this.sides.read.change(tick, limits.read);
    this.sides.write.change(tick, limits.write);
    this.changes += 1;
  }

  private dispatch(side: Direction, tick: number): void {
    for (;;) {
      const [first] = side.waiting;
      if (first === undefined || !side.pass(tick, first)) return;
      side.waiting.shift();
      this.passed.push(first);
    }
  }

  private issue(tick: number): void {
    const later: Pool[] = [];
    for (const pool of this.idle) {
      if (this.nowMs >= (pool.untilMs ?? Number.POSITIVE_INFINITY)) continue;
      if (this.nowMs < (pool.fromMs ?? 0)) {
        later.push(pool);
        continue;
      }
      const read = this.random() < pool.readShare;
      const request = { read, bytes: pool.bytes ?? 4096, pool };
      const side = read ? this.sides.read : this.sides.write;
      if (side.waiting.length === 0 && side.pass(tick, request)) this.passed.push(request);
      else side.waiting.push(request);
    }
    this.idle = later;
  }

  private count({ read, bytes }: Request): void {
    const { readOperations, readBytes, writeOperations, writeBytes } = this.counters;
    this.counters = read
      ? {
          ...{ readOperations: readOperations + 1, readBytes: readBytes + bytes },
          ...{ writeOperations, writeBytes },
        }
      : {
          ...{ readOperations, readBytes },
          ...{ writeOperations: writeOperations + 1, writeBytes: writeBytes + bytes },
        };
  }
}
