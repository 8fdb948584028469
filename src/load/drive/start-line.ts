import type { Claims } from "./pacing.ts";

/** Cells of the shared start line, an Int32Array over a SharedArrayBuffer. */
const START_LINE = {
  /** Workers that stand ready. */
  ready: 0,
  /** 0: wait; 1: go; 2: do not start. */
  go: 1,
  /** Set to 1 to end the phase early with what was measured. */
  stop: 2,
  /** Arrivals of an open loop that workers have claimed. */
  arrivals: 3,
  /** Set to 1 once the phase has a deadline that is earlier than planned. */
  deadline: 4,
  /** Number of cells, even: instants follow them. */
  cells: 6,
} as const;

/** Instants of the process-wide clock, kept behind the cells as nanoseconds. */
const INSTANT_OFFSET_BYTES = START_LINE.cells * 4;
/** When the workers are released, and the deadline where one is set. */
const INSTANT = { release: 0, deadline: 1 } as const;

/**
 * A deadline lies so far ahead that every worker sees it before: they look every 20 ms. One that a
 * call holds up for longer learns of it afterwards, as of any deadline.
 */
const DEADLINE_AHEAD_NS = 100_000_000n;

/** Memory of a start line: the cells and the instants. */
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

  /** Resolves when all workers stand ready, or the start was called off. */
  async allReady(workers: number): Promise<void> {
    for (;;) {
      const ready = Atomics.load(this.cells, START_LINE.ready);
      if (ready >= workers || Atomics.load(this.cells, START_LINE.go) !== 0) return;
      const changed = Atomics.waitAsync(this.cells, START_LINE.ready, ready, 1000);
      if (changed.async) await changed.value;
    }
  }

  /** Lets all workers go, unless the start was called off; their grids begin at this instant. */
  go(): void {
    this.instants[INSTANT.release] = process.hrtime.bigint();
    this.open(1);
  }

  /** Sends workers that wait, or are still to come, home without a start. */
  cancel(): void {
    this.open(2);
    this.stop();
  }

  /** Arrivals of an open loop that workers have claimed. */
  get claimed(): number {
    return Atomics.load(this.cells, START_LINE.arrivals) >>> 0;
  }

  /** Gives the phase a deadline shortly ahead, the same for all workers. */
  endSoon(): void {
    this.instants[INSTANT.deadline] = process.hrtime.bigint() + DEADLINE_AHEAD_NS;
    Atomics.store(this.cells, START_LINE.deadline, 1);
  }

  /** Ends the phase at once; what was measured stays. */
  stop(): void {
    Atomics.store(this.cells, START_LINE.stop, 1);
  }

  private open(value: 1 | 2): void {
    // The first word counts: a worker may still be on its way to a start that was called off.
    if (Atomics.compareExchange(this.cells, START_LINE.go, 0, value) !== 0) return;
    Atomics.notify(this.cells, START_LINE.go);
    // `allReady` waits for the count, which a worker that died never raises; its time limit alone
    // would not keep the process from ending before it has passed.
    Atomics.notify(this.cells, START_LINE.ready);
  }
}

/** A worker's side. */
export class StartLine {
  private readonly cells: Int32Array;
  private readonly instants: BigInt64Array;
  private startMs = 0;
  private sawStopMs = Number.POSITIVE_INFINITY;

  constructor(memory: SharedArrayBuffer) {
    this.cells = new Int32Array(memory, 0, START_LINE.cells);
    this.instants = instantsIn(memory);
  }

  /**
   * Stands ready and blocks until released. Returns the instant of release on this thread's own
   * `performance.now()`, the same instant in every worker; null when the start was called off.
   */
  wait(): number | null {
    Atomics.add(this.cells, START_LINE.ready, 1);
    Atomics.notify(this.cells, START_LINE.ready);
    Atomics.wait(this.cells, START_LINE.go, 0);
    if (Atomics.load(this.cells, START_LINE.go) !== 1) return null;
    this.startMs = localMs(this.instants[INSTANT.release] ?? 0n);
    return this.startMs;
  }

  /** The deadline that the main thread has set, on this thread's clock; Infinity without one. */
  deadlineMs(): number {
    if (Atomics.load(this.cells, START_LINE.deadline) === 0) return Number.POSITIVE_INFINITY;
    const { release, deadline } = INSTANT;
    return (
      this.startMs + Number((this.instants[deadline] ?? 0n) - (this.instants[release] ?? 0n)) / 1e6
    );
  }

  /** When this worker first saw that an early end was asked for, on its clock; Infinity before. */
  stopMs(): number {
    if (this.sawStopMs === Number.POSITIVE_INFINITY && this.stopped()) {
      this.sawStopMs = performance.now();
    }
    return this.sawStopMs;
  }

  /** Counter of the arrivals of an open loop that the workers have claimed. */
  get claims(): Claims {
    return { cells: this.cells, cell: START_LINE.arrivals };
  }

  /** Whether the main thread asked for an early end. */
  stopped(): boolean {
    return Atomics.load(this.cells, START_LINE.stop) === 1;
  }
}

/** Readings of two clocks further apart than this were parted by the scheduler. */
const TOGETHER_NS = 20_000n;
const READINGS = 50;

/** This thread's `performance.now()` at an instant of the process-wide clock. */
function localMs(instantNs: bigint): number {
  for (let reading = 1; ; reading++) {
    const beforeNs = process.hrtime.bigint();
    const nowMs = performance.now();
    const parted = process.hrtime.bigint() - beforeNs > TOGETHER_NS;
    if (!parted || reading === READINGS) return nowMs - Number(beforeNs - instantNs) / 1e6;
  }
}
