import { expect, test } from "vitest";
import { makeSlots } from "../../../src/engine/buffers.ts";
import type { CompletionSink, EventSession } from "../../../src/engine/engine.ts";
import { driveEvents } from "../../../src/load/drive/events.ts";
import { Failures } from "../../../src/load/drive/failures.ts";
import { makeStartLine, StartLine } from "../../../src/load/drive/start-line.ts";
import { Recorder } from "../../../src/load/record/recorder.ts";
import { operationCode } from "../../../src/model/plan/operation.ts";
import type { IntervalRecord, Series } from "../../../src/model/run/measurement.ts";
import { filesOf } from "../support.ts";

const SERIES: readonly Series[] = [
  { operation: "fetch", metric: "service" },
  { operation: "fetch", metric: "attempt" },
];

/** Performs operations on a scripted session; returns the records. */
async function drive(operations: number, start: EventSession["start"]) {
  const slots = makeSlots(1);
  slots.operation[0] = operationCode("fetch");
  const session: EventSession = {
    drives: "event-loop",
    start,
    abort() {},
    async close() {},
    explain: (result) => ({ code: result === -1 ? "SlowDown" : "EIO", message: "refused" }),
    counters: () => ({}),
  };
  const cells: Omit<IntervalRecord, "worker">[] = [];
  const fromMs = performance.now();
  const grid = { fromMs, toMs: Number.POSITIVE_INFINITY, intervalMs: 60_000 };
  const recorder = new Recorder(grid, SERIES, false, (cell) => cells.push(cell));
  let left = operations;
  await driveEvents(
    {
      source: { next: () => left-- > 0 },
      syncs: null,
      slots,
      recorder,
      failures: new Failures(slots, filesOf([10])),
      verification: null,
      live: null,
      pacing: null,
      startLine: new StartLine(makeStartLine()),
      drainMs: 1000,
      quietMs: 60_000,
    },
    session,
  );
  recorder.finish();
  return cells[0];
}

test("counts throttling failures separately from others", async () => {
  const results = [10, -1, 10, -2, -1, 10];
  const cell = await drive(results.length, (slot, sink) => {
    setImmediate(() => sink.complete(slot, results.shift() ?? 0));
  });
  expect(cell).toMatchObject({ operations: [3], errors: [3], throttled: [2] });
  expect(cell?.latencies[1]).toBeNull();
});

let finished = 0;

test("where requests are retried, each counts once and has a latency", async () => {
  const attempt = (sink: CompletionSink, slot: number, throttled: boolean) =>
    sink.attemptEnded(slot, sink.attemptBegan(0), throttled);
  const cell = await drive(2, (slot, sink) => {
    setImmediate(() => {
      attempt(sink, slot, true);
      attempt(sink, slot, true);
      // The first operation is given up, the second succeeds with its third request.
      if (finished++ === 0) sink.complete(slot, -1);
      else {
        attempt(sink, slot, false);
        sink.complete(slot, 10);
      }
    });
  });
  expect(cell).toMatchObject({ operations: [1], errors: [1], throttled: [4] });
  expect(cell?.latencies[1]).not.toBeNull();
});
