import { describe, expect, test } from "vitest";
import { type Driven, driven, SESSIONS } from "./unfinished-support.ts";

/** The store refuses everything within 1 ms for so long, from half a second on. */
function outage(lengthMs: number): Driven["answer"] {
  let beganMs = Number.NaN;
  return (_, nowMs) => {
    if (Number.isNaN(beganMs)) beganMs = nowMs;
    const at = nowMs - beganMs;
    return { ms: 1, result: at >= 500 && at < 500 + lengthMs ? -1 : 4096 };
  };
}

describe.each(SESSIONS)("a session that completes %s", (kind) => {
  test("an open loop offers through an outage what it was told to", async () => {
    const perSecond = kind === "in submit" ? 400 : 1000;
    const loop = { kind, perSecond, lengthMs: 5000 };
    const found = await driven({ ...loop, answer: outage(2000) });
    expect(found.gaveUp).toBeNull();
    expect(found.errors).toBeGreaterThan(1.98 * perSecond);
    expect(found.errors).toBeLessThan(2.02 * perSecond);
    expect(found.operations + found.errors).toBeGreaterThan(4.98 * perSecond);
    // Nothing waits for a slot, before the outage, in it or after it.
    expect((found.summaryOf("response")?.maxNs ?? 0) / 1e6).toBeLessThan(5);
    const first = found.cells.findIndex(
      ({ index, operations }) => index >= 25 && (operations[0] ?? 0) > 0,
    );
    expect(found.cells[first]?.index).toBe(25);
    expect(found.backOff).toEqual({ pauses: 0, totalNs: 0 });
  });

  test("a closed loop goes on after an outage, and its pauses are counted", async () => {
    const found = await driven({ kind, answer: outage(2000), lengthMs: 5000 });
    expect(found.gaveUp).toBeNull();
    expect(found.errors).toBeGreaterThan(10);
    expect(found.operations).toBeGreaterThan(kind === "in submit" ? 2000 : 5000);
    const { pauses, totalNs } = found.backOff;
    if (kind === "by callback") {
      // One after each failure, and together with them most of two seconds of four slots.
      expect(pauses).toBe(found.errors);
      expect(totalNs / 1e9).toBeGreaterThan(7);
      expect(totalNs / 1e9).toBeLessThan(12);
    } else expect(pauses).toBe(0);
  });

  test.each([
    ["closed", {}, 5],
    ["open", { perSecond: 100 }, 60],
  ] as const)("a store that is gone ends a loop that is %s with a sentence", async (_, pace, s) => {
    const gone = outage(Number.POSITIVE_INFINITY);
    const found = await driven({ kind, answer: gone, lengthMs: 3_600_000, ...pace });
    expect(found.gaveUp).toMatch(
      new RegExp(`^stopped after \\d+ failed operations in ${s}\\.\\d s:`),
    );
  });
});
