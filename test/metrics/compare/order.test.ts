import { describe, expect, test } from "vitest";
import { compareRuns } from "../../../src/metrics/compare/compare.ts";
import type { Run } from "../../../src/model/run/run.ts";
import { eight, inTurns } from "../../report/cases.ts";
import { VOLUME } from "../../report/fixture.ts";

describe("the order of runs in a comparison", () => {
  test("runs that did not alternate differ only beyond what storage changes over time", () => {
    const two = (speed: number) => [eight(VOLUME, 1), eight({ ...VOLUME, name: "io2" }, speed)];
    const contrast = (runs: readonly Run[], pool = false) =>
      compareRuns(runs, { force: false, pool }).scenarios[0]?.rows[0]?.contrasts[1]?.operations;
    expect(contrast(two(1.1))).toMatchObject({ shown: null, withheld: "drift", superiority: 1 });
    expect(contrast(two(2))).toMatchObject({ shown: "faster", withheld: null });
    const [first, other] = two(1.1) as [Run, Run];
    const turns = inTurns(first, other);
    const blocks = [...turns].sort((a, b) => a.target.name.localeCompare(b.target.name));
    const apart = blocks.map((run, at) => ({
      ...run,
      startedAt: `2026-11-20T12:${String(at).padStart(2, "0")}:00.000Z`,
    }));
    expect(contrast(turns, true)).toMatchObject({ shown: "faster", withheld: null });
    expect(contrast(apart, true)).toMatchObject({ shown: null, withheld: "drift" });
  });
});
