import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type SharingRun, shareData } from "../../../src/cli/sharing/sharing.ts";
import type { Plan } from "../../../src/model/plan/plan.ts";
import { loadScenario } from "../../../src/scenario/index.ts";
import { directorySpec, scratch } from "../../storage/support.ts";

const TARGET = directorySpec("/mnt/here");

async function plan(phases: string, dataset = "count: 2, size: 64KiB"): Promise<Plan> {
  const path = join(scratch(), "made.yaml");
  writeFileSync(
    path,
    [
      "name: made",
      `datasets: { data: { ${dataset} } }`,
      "defaults: { operation: read, blockSize: 4KiB, access: random, duration: 1s, warmup: 0s }",
      `phases: [${phases}]`,
      "",
    ].join("\n"),
  );
  return loadScenario(path, { env: {}, set: [] });
}

const READ = "{ name: a }";

async function areShared(one: Plan, next: Plan, targets = [TARGET, TARGET]): Promise<boolean> {
  const runs: readonly SharingRun[] = [one, next].map((made, at) => ({
    plan: made,
    target: targets[at] ?? TARGET,
  }));
  const [before, after] = shareData(runs);
  expect(before?.takesDataOf).toBeUndefined();
  expect(after?.handsOverData).toBeUndefined();
  expect(before?.handsOverData === true).toBe(after?.takesDataOf !== undefined);
  return after?.takesDataOf === "made";
}

describe("two runs", () => {
  it("share equal datasets that they read, or overwrite in place", async () => {
    expect(await areShared(await plan(READ), await plan("{ name: b, queueDepth: 4 }"))).toBe(true);
    const writes = await plan("{ name: b, operation: write }");
    expect(await areShared(writes, await plan(READ))).toBe(true);
    expect(await areShared(await plan(READ), writes)).toBe(true);
  });

  it("name the scenario that prepares the data, whatever the number of runs", async () => {
    const one = { ...(await plan(READ)), name: "one" };
    const names = ["one", "two", "three"].map((name) => ({ ...one, name }));
    const runs: readonly SharingRun[] = names.map((made) => ({ plan: made, target: TARGET }));
    const shared = shareData(runs);
    expect(shared.map(({ takesDataOf }) => takesDataOf)).toEqual([undefined, "one", "one"]);
    expect(shared.map(({ handsOverData }) => handsOverData)).toEqual([true, true, undefined]);
  });

  it.each([
    ["the number of files", "count: 3, size: 64KiB"],
    ["the size", "count: 2, size: 128KiB"],
    ["the kind of data", "count: 2, size: 64KiB, data: { compressible: 2 }"],
    ["the layout", "count: 2, size: 64KiB, filesPerDirectory: 1"],
  ])("do not share datasets that differ in %s", async (_, dataset) => {
    expect(await areShared(await plan(READ), await plan(READ, dataset))).toBe(false);
  });

  it.each([
    ["create files", "{ name: b, mix: { fetch: 50, create: 25, delete: 25 }, access: shuffled }"],
    ["compare the first access with a later one", "{ name: b }, { name: c }"],
  ])("do not share if one of them would %s", async (_, phases) => {
    const other = await plan(phases);
    expect(await areShared(await plan(READ), other)).toBe(false);
    expect(await areShared(other, await plan(READ))).toBe(false);
  });

  it("do not share data whose content is verified", async () => {
    const verifying = await plan("{ name: b, verify: true }");
    expect(await areShared(verifying, verifying)).toBe(false);
    expect(await areShared(await plan(READ), verifying)).toBe(false);
  });

  it("do not share across targets", async () => {
    const [one, next] = [await plan(READ), await plan(READ)];
    expect(await areShared(one, next, [TARGET, directorySpec("/mnt/there")])).toBe(false);
    const memory = { ...TARGET, address: { kind: "memory", synthetic: null } } as const;
    expect(await areShared(one, next, [memory, memory])).toBe(false);
  });

  it.each(["first-touch", "efs-infrequent-access", "lustre-epochs"])(
    "of %s never share",
    async (name) => {
      const made = await loadScenario(name, { env: {}, set: [] });
      expect(
        shareData([
          { plan: made, target: TARGET },
          { plan: made, target: TARGET },
        ]),
      ).toEqual([
        { plan: made, target: TARGET },
        { plan: made, target: TARGET },
      ]);
    },
  );
});
