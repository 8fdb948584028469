import { expect, onTestFinished, test, vi } from "vitest";
import type { CompletionSink, EventSession } from "../../../src/engine/engine.ts";
import { driveEvents } from "../../../src/load/drive/events.ts";
import { Failures } from "../../../src/load/drive/failures.ts";
import { makeStartLine, StartLine } from "../../../src/load/drive/start-line.ts";
import { Recorder } from "../../../src/load/record/recorder.ts";
import { addPairs, makeHistogram, summarize } from "../../../src/metrics/histogram/histogram.ts";
import {
  CONNECTION_METRICS,
  type IntervalRecord,
  type Series,
} from "../../../src/model/run/measurement.ts";
import { filesOf, phasePlan, sourceOf } from "../support.ts";

const MS = { connect: 3, tls: 5, send: 7, answer: 11, body: 13 } as const;

/** A session that records its calls on a simulated clock. */
class Telling implements EventSession {
  readonly drives = "event-loop";
  readonly #advance: (ms: number) => void;
  #connected = false;

  constructor(advance: (ms: number) => void) {
    this.#advance = advance;
  }

  start(slot: number, sink: CompletionSink): void {
    if (!this.#connected) {
      sink.connecting(slot, 0);
      this.#advance(MS.connect);
      sink.connected(slot, 0);
      this.#advance(MS.tls);
      sink.secured(slot, 0);
    }
    this.#connected = true;
    this.#advance(MS.send);
    sink.sent(slot, 0);
    this.#advance(MS.answer);
    sink.answered(slot, 0);
    this.#advance(MS.body);
    sink.complete(slot, 100);
  }

  abort(): void {}
  async close(): Promise<void> {}
  explain(result: number) {
    return { code: `E${-result}`, message: "" };
  }
  counters() {
    return {};
  }
}

test("times connections and responses separately, and new connections as a whole", async () => {
  let nowMs = 1000;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => nowMs);
  onTestFinished(() => clock.mockRestore());
  const dataset = filesOf([1_000_000]);
  const phase = phasePlan({ limit: { kind: "operations", operations: 4 } });
  const { source, slots } = sourceOf(phase, dataset, { depth: 1 });
  const metrics = ["service", ...CONNECTION_METRICS] as const;
  const series: Series[] = metrics.map((metric) => ({ operation: "read", metric }));
  const cells: Omit<IntervalRecord, "worker">[] = [];
  const grid = { fromMs: nowMs, toMs: Number.POSITIVE_INFINITY, intervalMs: 1e6 };
  const recorder = new Recorder(grid, series, false, (cell) => cells.push(cell));
  const failures = new Failures(slots, dataset);
  const startLine = new StartLine(makeStartLine());
  const parts = {
    syncs: null,
    verification: null,
    live: null,
    pacing: null,
    drainMs: 10,
    quietMs: 60_000,
  };
  const session = new Telling((ms) => {
    nowMs += ms;
  });
  await driveEvents({ ...parts, source, slots, recorder, failures, startLine }, session);
  recorder.finish();
  const seen = metrics.map((metric, index) => {
    const histogram = makeHistogram("total");
    for (const { latencies } of cells) {
      const pairs = latencies[index] ?? null;
      if (pairs !== null) addPairs(histogram, pairs);
    }
    const summary = summarize(histogram);
    histogram.destroy();
    return [metric, summary?.count, Math.round((summary?.maxNs ?? 0) / 1e6)];
  });
  const reused = MS.send + MS.answer + MS.body;
  const whole = MS.connect + MS.tls + reused;
  expect(seen).toEqual([
    ["service", 4, whole],
    ["connect", 1, MS.connect],
    ["tls", 1, MS.tls],
    ["answer", 4, MS.answer],
    ["newConnection", 1, whole],
  ]);
});
