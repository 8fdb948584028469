import { readFileSync } from "node:fs";
import { join } from "node:path";
import { HistogramLogReader, initWebAssemblySync, WasmHistogram } from "hdr-histogram-js";
import { onTestFinished } from "vitest";
import { type LatencyHistogram, makeHistogram } from "../../src/metrics/histogram/histogram.ts";

/** One tag of `latency.hlog`, all its lines added. */
export interface LoggedSeries {
  /** Freed when the test ends. */
  readonly total: LatencyHistogram;
  /** Start and length of each line in seconds since the run began. */
  readonly spans: readonly (readonly [number, number])[];
}

/** Reads a log with the library's own reader and adds the lines of each tag. */
export function readLog(folder: string): ReadonlyMap<string, LoggedSeries> {
  initWebAssemblySync();
  const text = readFileSync(join(folder, "latency.hlog"), "utf8");
  const start = /#\[StartTime: ([0-9.]+)/.exec(text)?.[1] ?? "0";
  const reader = new HistogramLogReader(text, 32, true);
  const totals = new Map<string, LatencyHistogram>();
  const spans = new Map<string, (readonly [number, number])[]>();
  for (let next = reader.nextIntervalHistogram(); next !== null; ) {
    if (!(next instanceof WasmHistogram)) throw new Error("WebAssembly histogram expected");
    const total = totals.get(next.tag) ?? temporary();
    total.add(next);
    totals.set(next.tag, total);
    const span = [
      next.startTimeStampMsec / 1000 - Number(start),
      (next.endTimeStampMsec - next.startTimeStampMsec) / 1000,
    ] as const;
    spans.set(next.tag, [...(spans.get(next.tag) ?? []), span]);
    next.destroy();
    next = reader.nextIntervalHistogram();
  }
  return new Map([...totals].map(([tag, total]) => [tag, { total, spans: spans.get(tag) ?? [] }]));
}

function temporary(): LatencyHistogram {
  const histogram = makeHistogram("total");
  onTestFinished(() => histogram.destroy());
  return histogram;
}
