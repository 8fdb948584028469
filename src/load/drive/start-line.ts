import type { Claims } from "./pacing.ts";

/** Cells of the shared start line, an Int32Array over a SharedArrayBuffer. */
const START_LINE = {
  /** Number of ready workers. */
  ready: 0,
  /** 0: wait; 1: go; 2: do not start. */
  go: 1,
  /** 1: end the phase early and keep the results. */
  stop: 2,
  /** Claimed arrivals of an open loop. */
  arrivals: 3,
  /** 1: the phase has an earlier deadline than planned. */
  deadline: 4,
  /** Number of cells, even: times follow them. */
  cells: 6,
} as const;

/** Times of the process-wide clock after the cells, nanoseconds. */
const INSTANT_OFFSET_BYTES = START_LINE.cells * 4;
/** Release time of the workers, and the earlier deadline if set. */
const INSTANT = { release: 0, deadline: 1 } as const;

/**
 * Distance of a new deadline, so that every worker sees it before: they check every 20 ms. A worker
 * that is blocked for longer sees it afterwards, like any deadline.
 */
const DEADLINE_AHEAD_NS = 100_000_000n;

/** Time before the start instant at which the sleep ends; a sleep ends up to 0.2 ms late. */
const SPIN_MS = 0.5;

/** Memory of a start line: the cells and the times. */
export function makeStartLine(): SharedArrayBuffer {
  return new SharedArrayBuffer(INSTANT_OFFSET_BYTES + 8 * Object.keys(INSTANT).length);
}

function instantsIn(memory: SharedArrayBuffer): BigInt64Array {
  return new BigInt64Array(memory, INSTANT_OFFSET_BYTES, Object.keys(INSTANT).length);
}

/** The main thread's side of the start line. */
export class Starter {
  private readonly cells: Int32Array;
  private readonly instants: BigInt64Array;

  constructor(memory: SharedArrayBuffer) {
    this.cells = new Int32Array(memory, 0, START_LINE.cells);
    this.instants = instantsIn(memory);
  }

  /** Resolves when all workers are ready, or the start is canceled. */
  async allReady(workers: number): Promise<void> {
    for (;;) {
      const ready = Atomics.load(this.cells, START_LINE.ready);
      if (ready >= workers || Atomics.load(this.cells, START_LINE.go) !== 0) return;
      const changed = Atomics.waitAsync(this.cells, START_LINE.ready, ready, 1000);
      if (changed.async) await changed.value;
    }
  }

  /**
   * Releases all workers, unless the start is canceled: at an instant of the process-wide clock,
   * for which each worker waits by itself, or now. Their intervals start at the instant, also if it
   * is past. Returns it.
   */
  go(instantNs: bigint | null = null): bigint {
    const atNs = instantNs ?? process.hrtime.bigint();
    this.instants[INSTANT.release] = atNs;
    this.open(1);
    return atNs;
  }

  /** Cancels the start for waiting and later workers. */
  cancel(): void {
    this.open(2);
    this.stop();
  }

  /** Whether the workers were released; false if the start was canceled before. */
  get released(): boolean {
    return Atomics.load(this.cells, START_LINE.go) === 1;
  }

  /** Whether the start was canceled before a release. */
  get canceled(): boolean {
    return Atomics.load(this.cells, START_LINE.go) === 2;
  }

  /** Claimed arrivals of an open loop. */
  get claimed(): number {
    return Atomics.load(this.cells, START_LINE.arrivals) >>> 0;
  }

  /** Sets a deadline shortly ahead, the same for all workers. */
  endSoon(): void {
    this.endAt(process.hrtime.bigint() + DEADLINE_AHEAD_NS);
  }

  /**
   * Sets a deadline on the process-wide clock, earlier than the planned one. A worker that sees it
   * late ends immediately.
   */
  endAt(atNs: bigint): void {
    this.instants[INSTANT.deadline] = atNs;
    Atomics.store(this.cells, START_LINE.deadline, 1);
  }

  /** Ends the phase immediately; its results stay. */
  stop(): void {
    Atomics.store(this.cells, START_LINE.stop, 1);
    // Wakes workers that wait for the instant.
    Atomics.notify(this.cells, START_LINE.stop);
  }

  private open(value: 1 | 2): void {
    // The first decision is final: a worker may still arrive at a canceled start.
    if (Atomics.compareExchange(this.cells, START_LINE.go, 0, value) !== 0) return;
    Atomics.notify(this.cells, START_LINE.go);
    // `allReady` waits for the count, which a dead worker never increases; its timeout alone does
    // not keep the process alive.
    Atomics.notify(this.cells, START_LINE.ready);
  }
}

/** A worker's side. */
export class StartLine {
  private readonly cells: Int32Array;
  private readonly instants: BigInt64Array;
  private startMs = 0;
  private sawStopMs = Number.POSITIVE_INFINITY;
  private issuedMs: number | null = null;

  constructor(memory: SharedArrayBuffer) {
    this.cells = new Int32Array(memory, 0, START_LINE.cells);
    this.instants = instantsIn(memory);
  }

  /**
   * Reports ready and blocks until the instant of the release. Returns it on this thread's
   * `performance.now()`, the same time in every worker; null if the start was canceled before.
   */
  wait(): number | null {
    Atomics.add(this.cells, START_LINE.ready, 1);
    Atomics.notify(this.cells, START_LINE.ready);
    Atomics.wait(this.cells, START_LINE.go, 0);
    if (Atomics.load(this.cells, START_LINE.go) !== 1) return null;
    this.startMs = localMs(this.instants[INSTANT.release] ?? 0n);
    return this.waitUntil(this.startMs) ? this.startMs : null;
  }

  /** Blocks until a time, which may be past; false if the load was stopped before it. */
  private waitUntil(untilMs: number): boolean {
    const sleepMs = untilMs - performance.now() - SPIN_MS;
    if (sleepMs > 0) Atomics.wait(this.cells, START_LINE.stop, 0, sleepMs);
    if (performance.now() >= untilMs) return true;
    if (this.stopped()) return false;
    while (performance.now() < untilMs);
    return true;
  }

  /** Sets the time of this worker's first operation; later calls have no effect. */
  issued(nowMs: number): void {
    this.issuedMs ??= nowMs;
  }

  /**
   * Time from the instant to this worker's first operation, nanoseconds; in an open loop, until it
   * was able to issue one. Null without one.
   */
  get firstIssueNs(): number | null {
    if (this.issuedMs === null) return null;
    return Math.max(0, Math.round((this.issuedMs - this.startMs) * 1e6));
  }

  /** The deadline set by the main thread, on this thread's clock; Infinity without one. */
  deadlineMs(): number {
    if (Atomics.load(this.cells, START_LINE.deadline) === 0) return Number.POSITIVE_INFINITY;
    const { release, deadline } = INSTANT;
    return (
      this.startMs + Number((this.instants[deadline] ?? 0n) - (this.instants[release] ?? 0n)) / 1e6
    );
  }

  /** Time at which this worker saw the stop request, on its clock; Infinity before. */
  stopMs(): number {
    if (this.sawStopMs === Number.POSITIVE_INFINITY && this.stopped()) {
      this.sawStopMs = performance.now();
    }
    return this.sawStopMs;
  }

  /** Counter of the claimed arrivals of an open loop. */
  get claims(): Claims {
    return { cells: this.cells, cell: START_LINE.arrivals };
  }

  /** Whether the main thread requested a stop. */
  stopped(): boolean {
    return Atomics.load(this.cells, START_LINE.stop) === 1;
  }
}

/** Maximum time between two clock readings; beyond it, the scheduler interrupted them. */
const TOGETHER_NS = 20_000n;
const READINGS = 50;

/** This thread's `performance.now()` at a time of the process-wide clock. */
function localMs(instantNs: bigint): number {
  for (let reading = 1; ; reading++) {
    const beforeNs = process.hrtime.bigint();
    const nowMs = performance.now();
    const parted = process.hrtime.bigint() - beforeNs > TOGETHER_NS;
    if (!parted || reading === READINGS) return nowMs - Number(beforeNs - instantNs) / 1e6;
  }
}
