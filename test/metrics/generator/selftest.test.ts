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

describe("host as a load generator", () => {
  test("has no caveats if nothing disturbs it, or if nothing is known", () => {
    expect(generatorCaveats(FIT, 0)).toEqual([]);
    const unknown = { ...FIT, stealShare: null, othersShare: null, governor: null };
    expect(generatorCaveats(unknown, 0)).toEqual([]);
  });

  test.each<[string, Partial<ClientLimits>, string]>([
    ["other programs", { othersShare: 0.46 }, "Other programs used 46% of the CPU time"],
    ["steal", { stealShare: 0.021 }, "The hypervisor gave 2.1% of the CPU time to other VMs"],
    ["half a core", { cores: 0.5 }, "fewer than two cores"],
    [
      "a slow clock",
      { clock: { source: "xen", readingNs: 812.4, stepNs: 1 } },
      "812 ns (clock source xen)",
    ],
    [
      "an unknown clock source",
      { clock: { source: null, readingNs: 201, stepNs: 1 } },
      "clock source unknown",
    ],
    [
      "late timers",
      { timer: { ...FIT.timer, lateP99Ns: 4.04e6 } },
      "1% of timers of 1 ms end 4.0 ms late or more",
    ],
    ["a governor that saves power", { governor: "powersave" }, "governor is powersave"],
  ])("has a caveat for %s", (_, more, expected) => {
    const caveats = generatorCaveats({ ...FIT, ...more }, 0);
    expect(caveats).toHaveLength(1);
    expect(caveats[0]).toContain(expected);
  });

  test.each([
    [0, null, false],
    [0, 0.24, false],
    [0, 0.25, true],
    [60e6, 0.01, true],
  ])("after %d ns of pauses and %d used by others, is disturbed: %s", (stopped, others, not) => {
    const limits = { ...FIT, othersShare: others };
    expect(isDisturbed(limits, stopped)).toBe(not);
    expect(generatorCaveats(limits, stopped).join().includes("not stored")).toBe(not);
  });

  test("lists pauses first", () => {
    const caveats = generatorCaveats({ ...FIT, stealShare: 0.5 }, 261e6);
    expect(caveats).toHaveLength(2);
    expect(caveats[0]).toContain("was not scheduled for 261 ms: these client limits are invalid");
  });
});
