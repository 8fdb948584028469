// @module-tag system
import { describe, expect, it } from "vitest";
import { makeVersioned, useMinio } from "../minio.ts";
import { assay, storedRun } from "./assay.ts";
import { makeBench } from "./bench.ts";

const bucket = await useMinio({ tls: true });
const versioned = bucket.available ? await makeVersioned(bucket) : "";

/** Every one of them in seconds. */
const SMALL = {
  SMALL_COUNT: "6",
  LARGE_COUNT: "2",
  SIZE_256M: "2MiB",
  SIZE_1G: "3MiB",
  OBJECTS: "40",
  OBJECT_COUNT: "4",
  OBJECT_SIZE: "1MiB",
  VERSIONS: "2",
  WORKERS: "2",
  QUEUE_DEPTH: "2",
  REPETITIONS: "1",
  DURATION: "200ms",
  WARMUP: "0s",
};

/** Beside those of the guide, which their own test runs all together. */
const SCENARIOS = ["object-size-sweep", "versioned-artifacts", "mixed-objects"];

describe.skipIf(!bucket.available)("scenarios of objects run on a store", () => {
  it.each(SCENARIOS)("%s", async (name) => {
    const bench = makeBench();
    const where = name === "versioned-artifacts" ? versioned : bucket.minio.bucket;
    const target = ["-t", `s3://${where}/${name}/`, "--endpoint", bucket.minio.endpoint];
    const trust = ["--ca", bucket.minio.caPath ?? ""];
    const args = ["run", name, "-q", "--print", "path", ...target, ...trust];
    const { code, stderr } = await assay(args, { ...bench, env: SMALL });
    // On a busy host the store may take more than two seconds to be opened, which is said.
    const told = stderr.replace(/^waiting for \S+ …\n/, "");
    expect({ code, told }).toEqual({ code: 0, told: "" });
    const run = storedRun(bench.results);
    expect(run?.state).toBe("complete");
    for (const { phase, errors, summaries } of run?.phases ?? []) {
      expect({ phase: phase.name, errors }).toEqual({ phase: phase.name, errors: [] });
      // On a busy machine the first answers may come after the phase.
      const { operations = 0, drained = 0 } = summaries[0] ?? {};
      expect(operations + drained, phase.name).toBeGreaterThan(0);
    }
  });

  it("a mix runs on a directory, too", async () => {
    const bench = makeBench();
    const args = ["run", "mixed-objects", "-q", "--print", "path", "-t", "."];
    const ended = await assay(args, { ...bench, env: { ...SMALL, OBJECT_SIZE: "16KiB" } });
    expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: "" });
    const run = storedRun(bench.results);
    expect(run?.phases[0]?.errors).toEqual([]);
    const operations = run?.phases[0]?.summaries.map(({ operation }) => operation);
    expect(operations).toEqual(["all", "stat", "fetch", "create", "delete"]);
  });
});
