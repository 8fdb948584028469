import { describe, expect, test } from "vitest";
import { generatorCaveats, isDisturbed } from "../../../src/metrics/generator/selftest.ts";
import type { ClientLimits } from "../../../src/model/run/harness.ts";

const FIT: ClientLimits = {
  format: "assay-floors",
  version: 1,
  measuredAt: "2026-11-26T10:00:00.000Z",
  floors: [],
  missing: [],
  clock: { source: "tsc", readingNs: 45, stepNs: 10 },
  timer: { lateP50Ns: 60_000, lateP99Ns: 110_000, lateMaxNs: 3e6 },
  cores: 2,
  stealShare: 0.001,
  othersShare: 0.03,
  governor: "performance",
};

describe("a machine as a load generator", () => {
  test("is fit where nothing speaks against it, or nothing is told", () => {
    expect(generatorCaveats(FIT, 0)).toEqual([]);
    const silent = { ...FIT, stealShare: null, othersShare: null, governor: null };
    expect(generatorCaveats(silent, 0)).toEqual([]);
  });

  test.each<[string, Partial<ClientLimits>, string]>([
    ["neighbours", { othersShare: 0.46 }, "Other programs used 46 % of its processors"],
    ["steal", { stealShare: 0.021 }, "Its hypervisor gave 2.1 % of its processor time to others"],
    ["half a core", { cores: 0.5 }, "less than two cores"],
    [
      "a slow clock",
      { clock: { source: "xen", readingNs: 812.4, stepNs: 1 } },
      "812 ns (clock source xen)",
    ],
    [
      "an unknown one",
      { clock: { source: null, readingNs: 201, stepNs: 1 } },
      "clock source unknown",
    ],
    [
      "late timers",
      { timer: { ...FIT.timer, lateP99Ns: 4.04e6 } },
      "in a hundred ends 4.0 ms late",
    ],
    ["saving power", { governor: "powersave" }, "the governor powersave"],
  ])("has a reservation for %s", (_, more, said) => {
    const doubts = generatorCaveats({ ...FIT, ...more }, 0);
    expect(doubts).toHaveLength(1);
    expect(doubts[0]).toContain(said);
  });

  test.each([
    [0, null, false],
    [0, 0.24, false],
    [0, 0.25, true],
    [60e6, 0.01, true],
  ])("stood still %d ns, others used %d: its floors are kept unless %s", (still, others, not) => {
    const floors = { ...FIT, othersShare: others };
    expect(isDisturbed(floors, still)).toBe(not);
    expect(generatorCaveats(floors, still).join().includes("not kept")).toBe(not);
  });

  test("says first that it stood still", () => {
    const doubts = generatorCaveats({ ...FIT, stealShare: 0.5 }, 261e6);
    expect(doubts).toHaveLength(2);
    expect(doubts[0]).toContain(
      "stood still for 261 ms while it was measured: these floors are not",
    );
  });
});
