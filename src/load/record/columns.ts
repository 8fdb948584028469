import { OPERATIONS, operationCode } from "../../model/plan/operation.ts";
import type { Series } from "../../model/run/measurement.ts";

/** The intervals of a phase on a worker's `performance.now()`, milliseconds. */
export interface Grid {
  /** Start of measurement: the start line, or the end of the warm-up. */
  readonly fromMs: number;
  /** End of measurement; Infinity if a count ends the phase. */
  readonly toMs: number;
  readonly intervalMs: number;
}

/** End of an interval of a grid. */
export function endOf({ fromMs, toMs, intervalMs }: Grid, index: number): number {
  const endMs = fromMs + (index + 1) * intervalMs;
  // Rounding must not leave a tiny interval before the deadline.
  return endMs > toMs - 1e-3 ? toMs : endMs;
}

/** Times of an operation in addition to its latency. */
export type Timed = Exclude<Series["metric"], "service">;

/** Operations of a phase: the index of each operation code and of its latency series. */
export interface Columns {
  readonly count: number;
  readonly positionOf: Uint8Array;
  readonly serviceOf: Uint8Array;
  /** -1: the operation has no such series. */
  readonly timedOf: Readonly<Record<Timed, Int8Array>>;
}

/** Columns of a phase from its series: operations in the order of their first series. */
export function columnsOf(series: readonly Series[]): Columns {
  const operations = [...new Set(series.map(({ operation }) => operation))];
  const positionOf = new Uint8Array(OPERATIONS.length);
  const serviceOf = new Uint8Array(OPERATIONS.length);
  const none = () => new Int8Array(OPERATIONS.length).fill(-1);
  const timedOf: Record<Timed, Int8Array> = {
    firstByte: none(),
    sync: none(),
    open: none(),
    transfer: none(),
    close: none(),
    attempt: none(),
    connect: none(),
    tls: none(),
    answer: none(),
    newConnection: none(),
    response: none(),
    pacing: none(),
  };
  for (const [position, operation] of operations.entries()) {
    positionOf[operationCode(operation)] = position;
  }
  for (const [index, { operation, metric }] of series.entries()) {
    if (metric === "service") serviceOf[operationCode(operation)] = index;
    else timedOf[metric][operationCode(operation)] = index;
  }
  return { count: operations.length, positionOf, serviceOf, timedOf };
}
