import { makeHistogram } from "../../src/metrics/histogram/histogram.ts";

const WARMUP_MS = 200;
const MEASURE_MS = 500;

/**
 * The least any harness costs on this machine right now: a loop that reads the clock once for
 * `batch` operations and records each latency, and does nothing else. Nanoseconds an operation.
 */
export function bareLoopNs(batch: number): number {
  const histogram = makeHistogram("interval");
  const issuedMs = new Float64Array(batch);
  run(WARMUP_MS);
  const nsPerOperation = run(MEASURE_MS);
  histogram.destroy();
  return nsPerOperation;

  function run(lengthMs: number): number {
    const start = performance.now();
    issuedMs.fill(start);
    let now = start;
    let operations = 0;
    while (now < start + lengthMs) {
      now = performance.now();
      for (let slot = 0; slot < batch; slot++) {
        histogram.recordValue(Math.round((now - (issuedMs[slot] ?? 0)) * 1e6));
        issuedMs[slot] = now;
      }
      operations += batch;
    }
    return ((now - start) * 1e6) / operations;
  }
}
