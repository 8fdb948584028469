import { expect, test } from "vitest";
import { type AnnouncedSpace, spaceWords } from "../../../src/cli/running/space-words.ts";
import type { PhasePlan } from "../../../src/model/plan/plan.ts";
import { unlimited } from "../../../src/scenario/fit/facts.ts";
import { spaceOf } from "../../../src/scenario/fit/space.ts";
import { phasePlan } from "../../load/support.ts";
import { jobOf } from "../live/jobs.ts";

const READ = phasePlan({ name: "read", limit: { kind: "duration", durationNs: 30e9 } });
const WRITE: PhasePlan = {
  ...READ,
  name: "write",
  mix: [{ operation: "write", weight: 1 }],
  warmupNs: 5e9,
};
const PROBE = { basis: "probe", bytesPerSecond: 100 * 2 ** 20, filesPerSecond: 1000 };
const GIB = 2 ** 30;

function words(phases: readonly PhasePlan[], more: Partial<AnnouncedSpace> = {}): string {
  const { plan, target } = jobOf({ phases, files: 1024, repetitions: 2 });
  const facts = { ...unlimited("directory", 8 * GIB), freeBytes: 4 * GIB };
  return spaceWords({ plan, target, space: spaceOf(plan), facts, rates: PROBE, ...more });
}

test("announces what timed writes will write, as a limit with the source of its rate", () => {
  expect(words([READ])).toBe("writes 1 GiB; needs 1 GiB of 4 GiB free");
  // 2 repetitions of 35 s at 100 MiB/s
  expect(words([READ, WRITE])).toBe(
    "writes 1 GiB, and as much as the storage takes in 1 min 10 s of writes (up to about " +
      "6.84 GiB at 105 MB/s, probe); needs 1 GiB of 4 GiB free",
  );
});

test("announces their time alone if no rate is known, and the provisioned rate if declared", () => {
  expect(words([WRITE], { rates: null })).toContain("in 1 min 10 s of writes; needs");
  const target = { provisioned: { throughputBytesPerSecond: 125 * 2 ** 20 } };
  expect(words([WRITE], { rates: null, target })).toContain("at 131 MB/s, provisioned); needs");
});

test("names the space that other data takes", () => {
  const facts = { ...unlimited("directory", 8 * GIB), freeBytes: 2 * GIB, keptBytes: GIB };
  expect(words([READ], { facts })).toContain(
    "needs 1 GiB of 2 GiB free besides 1 GiB for other data that is kept",
  );
});
