// @module-tag system
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Run } from "../../../src/model/run/run.ts";
import { listScenarios } from "../../../src/scenario/shipped.ts";
import { useMinio } from "../../minio.ts";
import { assay, type Ended, runIds } from "../assay.ts";
import { freshBench, makeBench } from "../bench.ts";

const bucket = await useMinio({ tls: true });
const guide = (await listScenarios()).filter(({ ofGuide }) => ofGuide).map(({ name }) => name);

/** Every phase in a moment; what the guide's page says of each variable. */
const SMALL = {
  DURATION: "40ms",
  LONG_DURATION: "40ms",
  WARMUP: "0s",
  FILE_COUNT: "2",
  FILE_SIZE: "4MiB",
  OBJECT_COUNT: "2",
  OBJECT_SIZE: "6MiB",
  SAMPLES: "12",
  SAMPLE_SIZE: "4KiB",
  SHARD_SIZE: "256KiB",
  OBJECTS: "12",
  SMALL_SIZE: "2KiB",
  KEYS: "30",
  KEYS_PER_PREFIX: "10",
  VERSIONS: "2",
  WIDTH: "2",
  DEPTH: "1",
  FILES_PER_DIRECTORY: "20",
  PART_SIZE: "5MiB",
  REPETITIONS: "1",
  // A p99 needs 100 operations.
  RATE: "4000/s",
  LIMIT_RATE: "200/s",
  OVER_RATE: "200/s",
  // No requirement of this machine.
  SLO: "60s",
};

/** Few at once, or most of the time goes to starting threads. */
const FEW = ["--set", "workers=1", "--set", "queueDepth=1"];
const QUIET = ["-q", "--print", "nothing"];

function storedIn(results: string): readonly Run[] {
  return runIds(results).map((id) =>
    JSON.parse(readFileSync(join(results, id, "run.json"), "utf8")),
  );
}

function expectSound(runs: readonly Run[]): void {
  for (const { plan, target, state, phases } of runs) {
    const name = `${plan.name} on ${target.name}`;
    expect({ name, state, phases: phases.length }).toEqual({
      name,
      state: "complete",
      phases: plan.phases.length,
    });
    for (const { phase, errors, summaries } of phases) {
      expect({ name, phase: phase.name, errors }).toEqual({ name, phase: phase.name, errors: [] });
      // On a busy machine the first answers may come after the phase.
      const { operations = 0, drained = 0 } = summaries[0] ?? {};
      expect(operations + drained, `${name}: ${phase.name}`).toBeGreaterThan(0);
    }
  }
}

describe("the folder of the guide", () => {
  const { bench, remove } = freshBench();
  const junit = join(bench.cwd, "guide.xml");
  let ended: Ended;

  beforeAll(async () => {
    const targets = ["targets:", "  local: { kind: directory, path: ./target }"];
    if (bucket.available) {
      const { endpoint, caPath, bucket: name } = bucket.minio;
      const at = `endpoint: "${endpoint}", bucket: ${name}, prefix: guide/, ca: ${caPath}`;
      targets.push(`  store: { kind: minio, ${at} }`);
    }
    writeFileSync(join(bench.cwd, "targets.yaml"), `${targets.join("\n")}\n`);
    const args = ["run", "guide", "--targets", "targets.yaml", "--junit", junit, ...FEW, ...QUIET];
    ended = await assay(args, { cwd: bench.cwd, env: SMALL });
  }, 300_000);
  afterAll(remove);

  it("is run where it can be, each scenario on each target", () => {
    expect(ended.code, ended.stderr).toBe(0);
    expectSound(storedIn(bench.results));
    const names = (target: string) =>
      storedIn(bench.results)
        .filter((run) => run.target.name === target)
        .map(({ plan }) => plan.name);
    expect(names("local")).toContain("volume-limits-writes");
    expect(names("local")).toContain("model-loading");
    expect(names("local")).toContain("ingest");
    expect(names("local")).not.toContain("model-artifacts");
    if (!bucket.available) return;
    expect(names("store")).toContain("ingest");
    expect(names("store")).toContain("encryption-at-rest");
    expect(names("store")).not.toContain("checkpoint-write");
    expect(names("store")).not.toContain("versioned-artifacts");
  });

  it("skips the others, a line each, and counts them", () => {
    const lines = ended.stderr.trimEnd().split("\n");
    const skipped = lines.filter((line) => line.startsWith("skipped: "));
    expect(skipped).toContain(
      "skipped: gp2-burst on local: the scenario is for `ebs-gp2`, but the target is `directory`",
    );
    expect(skipped.join("\n")).toMatch(
      /^skipped: model-artifacts on local: upload\[.*\]: upload: paths /m,
    );
    const runs = storedIn(bench.results).length;
    expect(runs + skipped.length).toBe(guide.length * (bucket.available ? 2 : 1));
    expect(lines.at(-1)).toBe(`${runs} measured, 0 failed, ${skipped.length} skipped`);
    // Not even asked for until the bucket is: what it keeps is seen there only.
    if (bucket.available) {
      expect(skipped.join("\n")).toMatch(
        /^skipped: versioned-artifacts on store: .* does not keep versions/m,
      );
    }
  });

  it("has the skipped ones in the JUnit report", () => {
    const xml = readFileSync(junit, "utf8");
    const scenarios = ended.stderr.match(/^skipped: /gm)?.length ?? 0;
    const phases = storedIn(bench.results).flatMap(({ skippedPhases = [] }) => skippedPhases);
    expect(xml.match(/<skipped message=/g)).toHaveLength(scenarios + phases.length);
    expect(xml).toMatch(
      /name="gp2-burst on local"[^>]* tests="1" failures="0" errors="0" skipped="1"/,
    );
  });
});

describe("scenarios that are for other targets than there are here", () => {
  it("run on a directory all the same when they are named", async () => {
    const bench = makeBench();
    const names = ["first-touch", "gp2-burst", "hdd-burst", "lustre-epochs"];
    const args = ["run", ...names, "efs-infrequent-access", "-t", bench.target, ...FEW, ...QUIET];
    const ended = await assay(args, { ...bench, env: SMALL });
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    const runs = storedIn(bench.results);
    expect(runs).toHaveLength(5);
    expectSound(runs);
  }, 60_000);

  it("restore what is archived, in memory where no store here does", async () => {
    const bench = makeBench();
    const args = ["run", "archive-restore", "archive-restore-hours", "-t", "null:", ...QUIET];
    expect(await assay(args, { ...bench, env: SMALL })).toMatchObject({ code: 0, stderr: "" });
    expectSound(storedIn(bench.results));
  }, 60_000);

  it.skipIf(!bucket.available)(
    "fetch by class from a store that has another one",
    async () => {
      const bench = makeBench();
      const { endpoint, caPath, bucket: name } = bucket.minio;
      const where = ["-t", `s3://${name}/classes/`, "--endpoint", endpoint, "--ca", caPath ?? ""];
      const set = ["--set", "storageClass=REDUCED_REDUNDANCY"];
      const args = ["run", "intelligent-tiering", "storage-tiers", ...where, ...set, ...QUIET];
      expect(await assay(args, { ...bench, env: SMALL })).toMatchObject({ code: 0, stderr: "" });
      expectSound(storedIn(bench.results));
    },
    60_000,
  );
});
