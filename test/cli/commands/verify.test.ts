import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Run } from "../../../src/model/run/run.ts";
import { assay } from "../assay.ts";
import { freshBench } from "../bench.ts";

const { bench, remove } = freshBench();
afterAll(remove);

const SCENARIO = `name: reads
title: Random reads
datasets:
  data: { count: 1, size: 8MiB }
phases:
  - { name: read, operation: read, access: random, blockSize: 16KiB, workers: 2, queueDepth: 40,
      warmup: 0s, duration: 2s, cache: direct }
`;

/** One real run of two seconds on a folder that is declared as a volume. */
let measured = "";
beforeAll(async () => {
  const scenario = join(bench.cwd, "reads.yaml");
  writeFileSync(scenario, SCENARIO);
  const as = ["-t", bench.target, "--kind", "ebs-gp3", "--name", "volume"];
  const { code, stdout, stderr } = await assay(
    ["run", scenario, ...as, "--offline", "-q", "--print", "path"],
    bench,
  );
  expect(code, stderr).toBe(0);
  expect(stderr).toContain("Declared as an EBS gp3 volume, but");
  measured = join(bench.cwd, stdout.trimEnd());
});

/**
 * The same run as a volume would have left it that was measured for longer, with more in flight, by
 * a quiet machine.
 * `share`: of the measured rate, so that no disk is too fast to be slow.
 */
function changed(name: string, iops: number, share = 1): string {
  const folder = join(bench.results, name);
  cpSync(measured, folder, { recursive: true });
  const file = join(folder, "run.json");
  const run: Run = JSON.parse(readFileSync(file, "utf8"));
  const phases = run.phases.map((result) => ({
    ...result,
    // Deep enough for 80,000 IOPS at the latency that is published of gp3.
    phase: { ...result.phase, queueDepth: 1024 },
    elapsedNs: 30e9,
    warnings: [],
    harness: { ...result.harness, bound: null },
    summaries: result.summaries.map((summary) => ({
      ...summary,
      operationsPerSecond: summary.operationsPerSecond * share,
    })),
  }));
  const provisioned = { iops, throughputBytesPerSecond: 2000 * 2 ** 20 };
  const target = { ...run.target, provisioned, emulated: { scale: 1 } };
  const { storage: _, ...rest } = run;
  writeFileSync(file, JSON.stringify({ ...rest, id: name, target, phases }));
  return name;
}

const CLAIM = ["--claim", "ebs.gp3.iops.provisioned"];

describe("assay verify", () => {
  it("ends with 0 if all verdicts are supported, with 1 if any is refuted", async () => {
    const honest = changed("honest", 3000);
    const supported = await assay(["verify", honest, ...CLAIM], bench);
    expect(supported.stderr).toBe("");
    const rate = readFileSync(join(bench.results, honest, "summary.csv"), "utf8");
    expect(supported.stdout, rate).toContain("1 verdict: 1 supported, 0 refuted, 0 inconclusive.");
    expect(supported.code).toBe(0);
    const refuted = await assay(["verify", changed("slow", 80_000, 0.1), ...CLAIM], bench);
    expect(refuted.stdout).toContain("1 verdict: 0 supported, 1 refuted, 0 inconclusive.");
    expect(refuted.code).toBe(1);
    const both = await assay(["verify", "honest", "slow", "--claim", "G12"], bench);
    expect(both.code).toBe(1);
  });

  it("warns in its first line that an emulation is not AWS", async () => {
    const { stdout } = await assay(["verify", changed("emulated", 3000), ...CLAIM], bench);
    const [, , first = ""] = stdout.split("\n");
    expect(first).toMatch(/These results do not apply to AWS.*an emulation of/);
  });

  it("ends with 4 for an inconclusive verdict and gives a remedy", async () => {
    const { code, stdout } = await assay(["verify", measured, ...CLAIM], bench);
    expect(code).toBe(4);
    expect(stdout).toContain("undeclared");
    expect(stdout).toMatch(/## Next steps\n\n- `ebs.gp3.iops.provisioned`: Declare/);
  });

  it("reports a claim that no run matches", async () => {
    const missing = await assay(["verify", measured, "--claim", "s3.latency.firstbyte"], bench);
    expect(missing).toMatchObject({
      code: 4,
      stderr: "s3.latency.firstbyte: no phase of these runs matches this claim\n",
    });
  });
});

describe("what assay verify is told", () => {
  it("knows the guide's statements by their numbers", async () => {
    const wrong = await assay(["verify", measured, "--claim", "G99"], bench);
    expect(wrong).toMatchObject({
      code: 2,
      stdout: "",
      stderr: "there is no statement `G99`, expected G01 to G38\n",
    });
  });

  it("ignores results entries that are not runs", async () => {
    writeFileSync(join(bench.results, "README.md"), "What a run leaves\n");
    const beside = ["results/README.md", measured];
    expect((await assay(["verify", ...beside, ...CLAIM], bench)).code).toBe(4);
    const alone = await assay(["verify", "results/README.md", ...CLAIM], bench);
    expect(alone.stderr).toMatch(
      /^no stored run "results\/README.md" as .*; the newest runs there: \d{8}-/,
    );
  });

  it("names the nearest ids for one that there is not", async () => {
    const wrong = await assay(["verify", measured, "--claim", "ebs.gp3.iops.provisionned"], bench);
    expect(wrong).toMatchObject({ code: 2, stdout: "" });
    expect(wrong.stderr).toMatch(
      /^there is no claim `ebs.gp3.iops.provisionned`, the nearest are `ebs.gp3.iops.provisioned`/,
    );
  });

  it("has the same as CSV and JSON, in base units", async () => {
    const name = changed("data", 3000);
    const csv = await assay(["verify", name, ...CLAIM, "--format", "csv"], bench);
    expect(csv.stdout).toMatch(/^claim_id,says,role,targets,verdict,reason_code,/);
    const json = await assay(["verify", name, ...CLAIM, "--format", "json"], bench);
    expect(() => JSON.parse(json.stdout)).not.toThrow();
  });
});
