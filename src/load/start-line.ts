import { START_LINE } from "./task.ts";

/** Released at an instant of the process-wide clock, kept behind the cells as nanoseconds. */
const RELEASE_OFFSET_BYTES = START_LINE.cells * 4;

/** Memory of a start line: the cells and the instant of release. */
export function makeStartLine(): SharedArrayBuffer {
  return new SharedArrayBuffer(RELEASE_OFFSET_BYTES + 8);
}

/** The main thread's side of the start line. */
export class Starter {
  private readonly cells: Int32Array;
  private readonly release: BigInt64Array;

  constructor(memory: SharedArrayBuffer) {
    this.cells = new Int32Array(memory, 0, START_LINE.cells);
    this.release = new BigInt64Array(memory, RELEASE_OFFSET_BYTES, 1);
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
    this.release[0] = process.hrtime.bigint();
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

  /** Ends the phase early; what was measured stays. */
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
  private readonly release: BigInt64Array;

  constructor(memory: SharedArrayBuffer) {
    this.cells = new Int32Array(memory, 0, START_LINE.cells);
    this.release = new BigInt64Array(memory, RELEASE_OFFSET_BYTES, 1);
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
    return localMs(this.release[0] ?? 0n);
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
