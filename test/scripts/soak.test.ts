import { closeSync, openSync } from "node:fs";
import { devNull } from "node:os";
import { describe, expect, it } from "vitest";
import { startSoaked } from "../../scripts/soak/process.ts";
import { holdingOf, type Minute, minuteOf } from "../../scripts/soak/sample.ts";
import { SOAK_CELLS } from "../../scripts/soak/scenarios.ts";
import { soakVerdict } from "../../scripts/soak/verdict.ts";
import { planScenario } from "../../src/scenario/index.ts";
import { scratch } from "../storage/support.ts";

const MIB = 2 ** 20;

/** An hour of a process; each function tells what it holds in a minute. */
function hour(rssMib: (minute: number) => number, descriptors = (_: number) => 40): Minute[] {
  return Array.from({ length: 60 }, (_, index) => ({
    minute: index + 1,
    rssBytes: rssMib(index) * MIB,
    descriptors: descriptors(index),
    threads: 14,
  }));
}

describe("the verdict of a soak", () => {
  it("is steady where memory only breathes after the warm-up", () => {
    const verdict = soakVerdict(hour((m) => (m < 8 ? 200 + 20 * m : 360 + 8 * Math.sin(m))));
    expect(verdict).toMatchObject({ steady: true, sentence: expect.stringMatching(/^steady: /) });
  });

  it("finds a leak of 1 MiB per minute", () => {
    const verdict = soakVerdict(hour((m) => 200 + m + 3 * Math.sin(m)));
    expect(verdict.sentence).toMatch(/^grows \(memory\): \+4\d(\.\d)? MiB/);
    expect(verdict.steady).toBe(false);
  });

  it("finds a descriptor that is lost every ten minutes", () => {
    const verdict = soakVerdict(
      hour(
        () => 200,
        (m) => 40 + Math.floor(m / 10),
      ),
    );
    expect(verdict.sentence).toMatch(/^grows \(descriptors\): .*\+3 descriptors/);
  });

  it("is unknown where too few minutes are left after the warm-up", () => {
    expect(soakVerdict(hour(() => 200).slice(0, 5)).steady).toBeNull();
  });
});

describe("samples of a process", () => {
  it("count its descriptors, and nothing of one that is gone", () => {
    const before = holdingOf(process.pid);
    const opened = Array.from({ length: 20 }, () => openSync(devNull, "r"));
    const after = holdingOf(process.pid);
    for (const descriptor of opened) closeSync(descriptor);
    expect((after?.descriptors ?? 0) - (before?.descriptors ?? 0)).toBeGreaterThanOrEqual(20);
    expect(after?.rssBytes).toBeGreaterThan(10 * MIB);
    expect(holdingOf(2 ** 22 + 1)).toBeNull();
  });

  it("make one row per minute", () => {
    const holding = { rssBytes: 5, descriptors: 1, threads: 1 };
    const row = minuteOf(3, [holding, { ...holding, rssBytes: 9, descriptors: 4 }, holding]);
    expect(row).toEqual({ minute: 3, rssBytes: 5, descriptors: 4, threads: 1 });
    expect(minuteOf(3, [])).toBeNull();
  });
});

describe("the processes of a soak", () => {
  it.each(SOAK_CELLS)("$name is a scenario that can be planned", ({ scenario }) => {
    const plan = planScenario("soak.yaml", scenario(60), { env: {}, set: [] });
    expect(plan.phases.length).toBeGreaterThan(0);
  });

  it("are ended as a group before their time", async () => {
    const [cell] = SOAK_CELLS;
    if (cell === undefined) throw new Error("there are no cells");
    const soaked = startSoaked(cell, 60, scratch(), null);
    await expect.poll(() => holdingOf(soaked.pid)?.threads ?? 0).toBeGreaterThan(1);
    await soaked.stop();
    await expect.poll(() => soaked.over(), { timeout: 20_000 }).toBe(true);
    expect(holdingOf(soaked.pid)).toBeNull();
  });
});
