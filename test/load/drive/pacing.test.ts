import { describe, expect, test } from "vitest";
import { pauseGenerator } from "./fake-clock.ts";
import { type Driven, driven } from "./unfinished-support.ts";

const KINDS = ["in reap", "by callback"] as const;

describe.each(KINDS)("an open loop of a session that completes %s", (kind) => {
  const loop: Omit<Driven, "answer"> = { kind, perSecond: 1000, depth: 64 };

  test("counts operations scheduled during a pause of the generator as pacing error", async () => {
    const answer: Driven["answer"] = (nth) => {
      if (nth === 500) pauseGenerator(40);
      return { ms: 2 };
    };
    const found = await driven({ ...loop, answer });
    expect(found).toMatchObject({ late: 0, operations: expect.closeTo(998, -1) });
    const pacing = found.summaryOf("pacing");
    expect(pacing?.count).toBe(found.operations + found.drained);
    expect((pacing?.maxNs ?? 0) / 1e6).toBeCloseTo(39, -0.5);
    // 40 of 1,000 were late by 0 to 40 ms: the 980th of them by 20.
    expect((pacing?.p99Ns ?? 0) / 1e6).toBeGreaterThan(25);
    const response = found.summaryOf("response");
    expect((response?.p99Ns ?? 0) / (pacing?.p99Ns ?? 1)).toBeLessThan(1.3);
  });

  test("counts what found all slots in use as late, and no pacing error for it", async () => {
    const answer: Driven["answer"] = (nth) => ({ ms: nth >= 500 && nth < 504 ? 40 : 2 });
    const found = await driven({ ...loop, depth: 4, answer });
    // Operations scheduled in 40 ms and until the slots had caught up.
    expect(found.late).toBeGreaterThan(36);
    expect(found.late).toBeLessThan(90);
    const pacing = found.summaryOf("pacing");
    expect(found.late + (pacing?.count ?? 0)).toBe(found.operations + found.drained);
    expect((pacing?.maxNs ?? 0) / 1e6).toBeLessThan(2);
  });

  test("shows the backlog at the end of intervals in which nothing is issued", async () => {
    const answer: Driven["answer"] = (nth) => ({ ms: nth < 496 ? 2 : Number.POSITIVE_INFINITY });
    const found = await driven({ ...loop, depth: 4, answer });
    const backlogs = found.cells.slice(5, 10).map(({ opened }) => opened.backlogMost);
    expect(backlogs.map((most) => Math.round(most / 10) * 10)).toEqual([100, 200, 300, 400, 500]);
  });
});
