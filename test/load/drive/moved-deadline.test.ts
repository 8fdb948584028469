import { describe, expect, test } from "vitest";
import { DRAIN } from "../../../src/model/run/measurement.ts";
import { type Driven, driven, SESSIONS } from "./unfinished-support.ts";

describe.each(SESSIONS)("a deadline that is moved, session that completes %s", (kind) => {
  const slow: Omit<Driven, "answer"> = { kind, lengthMs: 5000, endByMs: 550 };
  const depth = kind === "in submit" ? 1 : 4;

  test("drains the backlog of an open loop as a planned one does", async () => {
    const answer: Driven["answer"] = () => ({ ms: 2 * depth });
    const moved = await driven({ ...slow, perSecond: 1000, answer });
    const planned = await driven({ kind, lengthMs: 550, perSecond: 1000, answer });
    expect(moved.elapsedNs).toBe(550e6);
    for (const found of [moved, planned]) {
      // Half of the offered load is completed; the rest is issued after the deadline.
      expect(Math.abs(found.operations - 275)).toBeLessThan(10);
      expect(found.operations + found.drained).toBe(550);
      expect(found.summaryOf("response")?.count).toBe(550);
    }
    expect(moved.cells.map(({ widthNs }) => widthNs / 1e6)).toEqual([
      ...[100, 100, 100, 100, 100],
      ...[50, 0],
    ]);
    expect(moved.cells.at(-1)?.index).toBe(DRAIN);
  });

  test("ends a closed loop", async () => {
    const found = await driven({ ...slow, answer: () => ({ ms: 8 }) });
    expect(found.elapsedNs).toBe(550e6);
    expect(Math.abs(found.operations - (550 / 8) * depth)).toBeLessThanOrEqual(depth);
    expect(found.drained).toBeGreaterThan(0);
  });
});
