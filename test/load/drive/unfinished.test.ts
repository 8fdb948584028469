import { describe, expect, test } from "vitest";
import { UNFINISHED } from "../../../src/model/run/measurement.ts";
import { type Driven, driven, SESSIONS } from "./unfinished-support.ts";

/** The fifth operation, issued at 10 or 40 ms, never completes. */
const HANG: Driven["answer"] = (nth) => ({ ms: nth === 4 ? Number.POSITIVE_INFINITY : 10 });

describe.each(SESSIONS)("a session that completes %s", (kind) => {
  describe.each([
    { loop: "closed", pace: {} },
    { loop: "open", pace: { perSecond: 50 } },
  ])("in $loop loop", ({ loop, pace }) => {
    test("counts an operation that never completes, its age as a lower bound", async () => {
      const found = await driven({ kind, answer: HANG, ...pace });
      expect(found).toMatchObject({ gaveUp: null, errors: 0, unfinished: 1 });
      expect(found.counts).toMatchObject([{ code: UNFINISHED, operation: "read", count: 1 }]);
      const age = (found.counts[0]?.leastAgeNs ?? 0) / 1e9;
      // 10 s after the end of the phase; a call that keeps its thread is seen when it returns.
      const [least, most] = kind === "in submit" ? [60, 60.01] : [10.8, 11.1];
      expect(age).toBeGreaterThanOrEqual(least);
      expect(age).toBeLessThan(most);
      const metrics = [
        "service",
        ...(loop === "open" ? (["response"] as const) : []),
        ...(kind === "by callback" ? (["firstByte", "attempt"] as const) : []),
      ] as const;
      for (const metric of metrics) {
        const { maxNs = 0, atLeastNs = 0, p50Ns = 0 } = found.summaryOf(metric) ?? {};
        expect(Math.floor(p50Ns / 1e6), metric).toBe(10);
        expect(maxNs / 1e9, metric).toBeGreaterThan(age * 0.998);
        expect(maxNs / 1e9, metric).toBeLessThanOrEqual(age + (loop === "open" ? 0.03 : 0));
        expect(maxNs, metric).toBeGreaterThanOrEqual(atLeastNs);
        expect(atLeastNs / 1e9, metric).toBeGreaterThan(10.7);
      }
    });

    test("an operation that completes in the drain is drained, with its latency", async () => {
      const answer: Driven["answer"] = (nth) => ({ ms: nth === 4 ? 5000 : 10 });
      const found = await driven({ kind, answer, ...pace });
      expect(found).toMatchObject({ gaveUp: null, errors: 0, unfinished: 0, counts: [] });
      expect(found.drained).toBeGreaterThanOrEqual(1);
      const { maxNs = 0, atLeastNs } = found.summaryOf("service") ?? {};
      expect(maxNs / 1e9).toBeCloseTo(5, 1);
      expect(atLeastNs).toBeUndefined();
    });
  });

  test("a count that is never reached ends when nothing completes for long enough", async () => {
    const answer: Driven["answer"] = (nth) => ({ ms: nth === 99 ? Number.POSITIVE_INFINITY : 10 });
    const found = await driven({ kind, answer, lengthMs: null, operations: 100 });
    // A call that keeps its thread cannot be given up by it; this one returns after a minute.
    if (kind === "in submit") expect(found).toMatchObject({ gaveUp: null, operations: 100 });
    else {
      expect(found).toMatchObject({ operations: 99, errors: 0, unfinished: 1 });
      expect(found.gaveUp).toBe("no operation completed for 60 s; 1 are in flight");
    }
  });

  test("after an interruption the drain ends as it does at a deadline", async () => {
    const found = await driven({ kind, answer: HANG, lengthMs: 3_600_000, stopMs: 500 });
    // A call that keeps its thread until it returns ends the phase when it does.
    const unfinished = kind === "in submit" ? 0 : 1;
    expect(found).toMatchObject({ gaveUp: null, errors: 0, unfinished });
  });
});

test("a success during the abort is a completion, an error there is unfinished", async () => {
  const answer: Driven["answer"] = (nth) => ({ ms: nth < 4 ? Number.POSITIVE_INFINITY : 10 });
  const atAbort = (slot: number) => (slot === 0 ? 4096 : -1 - slot);
  const found = await driven({ kind: "by callback", answer, atAbort });
  expect(found).toMatchObject({ drained: 1, errors: 0, unfinished: 3 });
  expect(found.counts).toMatchObject([{ code: UNFINISHED, count: 3 }]);
  expect(found.summaryOf("service")?.count).toBe(4);
});
