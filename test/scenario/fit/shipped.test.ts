import { describe, expect, it } from "vitest";
import { ENGINES } from "../../../src/engine/index.ts";
import type { Plan } from "../../../src/model/plan/plan.ts";
import { NO_LIMITS } from "../../../src/model/target/host-limits.ts";
import { checkPhase } from "../../../src/scenario/check/check.ts";
import { type StorageFacts, unlimited } from "../../../src/scenario/fit/facts.ts";
import { fitPlan } from "../../../src/scenario/fit/fit.ts";
import { spaceOf } from "../../../src/scenario/fit/space.ts";
import { loadScenario } from "../../../src/scenario/index.ts";
import { planHash } from "../../../src/scenario/plan/hash.ts";
import { unsupported } from "../../../src/scenario/preflight/preflight.ts";
import { listScenarios } from "../../../src/scenario/shipped.ts";
import { parseTarget } from "../../../src/scenario/targets/targets.ts";

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

const options = { env: {}, set: [] };
const directory = parseTarget("/tmp", {}, {});
const host = { engines: ENGINES, limits: NO_LIMITS };

/** An ext4 file system of this size: one inode per 16 KiB, about 9% used by its own structures. */
const volume = (bytes: number): StorageFacts => ({
  kind: "directory",
  freeBytes: bytes * 0.91,
  freeFiles: bytes / 16_384 - 11,
  blockBytes: 4096,
  memoryBytes: 8 * GIB,
});

const SIZES = [
  ["64 MiB", 64 * MIB],
  ["1 GiB", GIB],
  ["10 GiB", 10 * GIB],
] as const;

/** Scenarios whose object sizes, files or burst need more space, and volumes that are too small. */
const TOO_SMALL: Readonly<Record<string, readonly string[]>> = {
  "first-touch": ["64 MiB"],
  "gp2-burst": ["64 MiB"],
  "hdd-burst": ["64 MiB", "1 GiB"],
  "object-size-sweep": ["64 MiB", "1 GiB"],
  "prefix-scaling": ["64 MiB"],
};

const plans: Plan[] = [];
for (const { name } of await listScenarios()) plans.push(await loadScenario(name, options));
const onPaths = plans.filter((plan) => unsupported(plan, directory, host).length === 0);

const expectFits = (plan: Plan, facts: StorageFacts) => {
  const { peakBytes, peakFiles } = spaceOf(plan, facts);
  expect(peakBytes).toBeLessThanOrEqual((facts.freeBytes ?? Infinity) / 1.01);
  expect(peakFiles).toBeLessThanOrEqual(facts.freeFiles ?? Infinity);
  for (const phase of plan.phases) {
    const dataset = plan.datasets.find(({ name }) => name === phase.dataset) ?? null;
    const mistakes = checkPhase(
      phase,
      dataset,
      (field) => field === "access",
      () => false,
    );
    expect(mistakes, phase.name).toEqual([]);
  }
};

describe.each(SIZES)("on a volume of %s", (size, bytes) => {
  const facts = volume(bytes);
  it.each(onPaths)("$name fits, or names the sizes that would", async (plan) => {
    const { plan: fitted, obstacle } = fitPlan(plan, facts);
    expect({ isSmall: obstacle !== null, obstacle }).toEqual({
      isSmall: TOO_SMALL[plan.name]?.includes(size) === true,
      obstacle,
    });
    if (obstacle === null) return expectFits(fitted, facts);
    const set = [...obstacle.matchAll(/--set ([^\s,]+)/g)].map(([, one = ""]) => one);
    expect(set.length).toBeGreaterThan(0);
    const smaller = fitPlan(await loadScenario(plan.name, { env: {}, set }), facts);
    expect(smaller.obstacle).toBeNull();
    expectFits(smaller.plan, facts);
  });
});

describe("without a limit", () => {
  it.each(plans)("$name has its usual sizes and hash", (plan) => {
    const { plan: fitted, obstacle } = fitPlan(plan, unlimited("bucket", 64 * GIB));
    expect(obstacle).toBeNull();
    expect(fitted.datasets).toEqual(plan.datasets);
    expect(planHash(fitted)).toBe(planHash(plan));
    expect(fitted.autoAmounts?.every(({ limitedBy }) => limitedBy === "maximum")).not.toBe(false);
  });

  it("random-read has the workload of older versions", async () => {
    const written = await loadScenario("random-read", { env: { FILE_SIZE: "1GiB" }, set: [] });
    const plan = await loadScenario("random-read", options);
    expect(planHash(fitPlan(plan, unlimited("bucket", GIB)).plan)).toBe(planHash(written));
  });
});
