import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { executeRun } from "../../src/run/execute.ts";
import type { RunRequest } from "../../src/run/request.ts";
import { cleanTarget, findLeftovers } from "../../src/storage/index.ts";
import { directorySpec, scratch } from "../storage/support.ts";
import { requestOf } from "./support.ts";

const BYTES = 65_536;

function request(path: string, runId: string, changes: Partial<RunRequest>): RunRequest {
  const target = directorySpec(path);
  const dataset = { count: 3, size: { kind: "fixed", bytes: BYTES } } as const;
  const phases = [{ limit: { kind: "operations", operations: 50 } } as const];
  return {
    ...requestOf({ target, engine: "sync", dataset, phases }, scratch()),
    runId,
    ...changes,
  };
}

/** A target in which run-a left its data to the next run, and the files of that data. */
async function handedOver() {
  const path = scratch();
  const { run, handedOver: isHanded } = await executeRun(
    request(path, "run-a", { handsOverData: true }),
  );
  expect(run.warnings.filter(({ code }) => code === "not-removed")).toEqual([]);
  expect(isHanded).toBe(true);
  const folder = join(path, "assay-run-a", "data");
  const files = readdirSync(folder).map((name) => join(folder, name));
  expect(files).toHaveLength(3);
  return { path, files };
}

describe("data that a run handed over", () => {
  test("is neither held nor kept, so that a later command can remove it", async () => {
    const { path } = await handedOver();
    const target = directorySpec(path);
    const [left] = await findLeftovers(target);
    expect(left).toMatchObject({ runId: "run-a", live: false, kept: false, problem: null });
    const warned = await executeRun(request(path, "run-other", {}));
    expect(warned.run.warnings.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^run run-a ended without cleanup and left data in /),
    );
    expect(await cleanTarget(target, "run-a")).toMatchObject({ left: [] });
    expect(readdirSync(path)).toEqual([]);
  });

  test("is used as it is by the next run, which removes it", async () => {
    const { path, files } = await handedOver();
    const before = files.map((file) => statSync(file).mtimeMs);
    const next = await executeRun(
      request(path, "run-b", { sharedFrom: "run-a", handsOverData: true }),
    );
    expect(next.run.sharedFrom).toBe("run-a");
    expect(next.run.reusedData).toBeUndefined();
    expect(next.run.warnings.filter(({ code }) => code === "target")).toEqual([]);
    expect(files.map((file) => statSync(file).mtimeMs)).toEqual(before);
    expect(readdirSync(path)).toEqual(["assay-run-a"]);
    const last = await executeRun(request(path, "run-c", { sharedFrom: "run-a" }));
    expect(last.run.sharedFrom).toBe("run-a");
    expect(last.handedOver).toBe(false);
    expect(readdirSync(path)).toEqual([]);
  });
});

describe("data that a run handed over and another program touched", () => {
  test.each([
    ["changed at the same size", (file: string) => writeFileSync(file, Buffer.alloc(BYTES))],
    [
      "replaced by an equal file",
      (file: string) => {
        const content = readFileSync(file);
        rmSync(file);
        writeFileSync(file, content);
      },
    ],
    ["shortened", (file: string) => writeFileSync(file, "short")],
  ])("with a file that another program %s is removed and prepared anew", async (_, spoil) => {
    const { path, files } = await handedOver();
    spoil(files[1] ?? "");
    const next = await executeRun(request(path, "run-b", { sharedFrom: "run-a" }));
    expect(next.run.state).toBe("complete");
    expect(next.run.sharedFrom).toBeUndefined();
    expect(next.run.warnings.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(
        /^the data of run run-a is not shared: another program changed .*; it was removed, and/,
      ),
    );
    expect(readdirSync(path)).toEqual([]);
  });

  test("with a missing file gets that file again", async () => {
    const { path, files } = await handedOver();
    rmSync(files[1] ?? "");
    const next = await executeRun(
      request(path, "run-b", { sharedFrom: "run-a", handsOverData: true }),
    );
    expect(next.run).toMatchObject({ state: "complete", sharedFrom: "run-a" });
    expect(files.map((file) => statSync(file).size)).toEqual([BYTES, BYTES, BYTES]);
    await cleanTarget(directorySpec(path), "run-a");
    expect(readdirSync(path)).toEqual([]);
  });

  test("that was removed meanwhile is prepared by the next run", async () => {
    const { path } = await handedOver();
    rmSync(join(path, "assay-run-a"), { recursive: true });
    const next = await executeRun(request(path, "run-b", { sharedFrom: "run-a" }));
    expect(next.run.state).toBe("complete");
    expect(next.run.sharedFrom).toBeUndefined();
    expect(readdirSync(path)).toEqual([]);
  });
});

describe("data that the next run does not hand on", () => {
  test("of other datasets is removed", async () => {
    const { path } = await handedOver();
    const other = request(path, "run-b", { sharedFrom: "run-a" });
    const datasets = other.plan.datasets.map((one) => ({ ...one, seed: one.seed + 1 }));
    const next = await executeRun({ ...other, plan: { ...other.plan, datasets } });
    expect(next.run).toMatchObject({ state: "complete" });
    expect(next.run.sharedFrom).toBeUndefined();
    expect(readdirSync(path)).toEqual([]);
  });

  test("is removed if the next run is interrupted", async () => {
    const { path } = await handedOver();
    const stop = new AbortController();
    const endless = request(path, "run-b", {
      sharedFrom: "run-a",
      handsOverData: true,
      signal: stop.signal,
    });
    const phases = endless.plan.phases.map((phase) => ({
      ...phase,
      limit: { kind: "duration", durationNs: 60e9 } as const,
    }));
    const events = { ...endless.events, measuring: () => setTimeout(() => stop.abort(), 100) };
    const next = await executeRun({ ...endless, events, plan: { ...endless.plan, phases } });
    expect(next.run).toMatchObject({ state: "partial", sharedFrom: "run-a" });
    expect(next.handedOver).toBe(false);
    expect(readdirSync(path)).toEqual([]);
  });
});
