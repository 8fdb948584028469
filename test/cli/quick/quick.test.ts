import { chmodSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { EXIT } from "../../../src/model/fault/errors.ts";
import { assay, assayProcess, onlyRun, runIds } from "../assay.ts";
import { makeBench } from "../bench.ts";
import { startMemoryStore } from "../memory-store.ts";
import { KEYS } from "../scene.ts";

/** Every phase in an instant. */
const SHORT = { FILE_SIZE: "1MiB", FILES: "20", WARMUP: "0s", DURATION: "100ms" };

const PATH_LABELS = ["Latency", "IOPS", "Throughput", "Fsync", "Small files", "Limit", "Storage"];
const BUCKET_LABELS = ["First byte", "Latency", "Requests", "Throughput", "Listing"];

/** Labels of the lines of a screen, without those that continue a line. */
function labels(screen: string): readonly string[] {
  const [, ...lines] = screen.trimEnd().split("\n");
  return lines.flatMap(
    (line) => /^([A-Z][a-z]*(?:[A-Z]+)?(?: [a-z]+)?)\s{2}/.exec(line)?.[1] ?? [],
  );
}

describe("assay quick", () => {
  test("answers about a directory in 15 lines, stores the run and removes its data", async () => {
    const bench = makeBench("memory");
    const { code, stdout, stderr } = await assay(["quick", "target"], { ...bench, env: SHORT });
    expect(code, stderr).toBe(EXIT.ok);
    expect(stdout.trimEnd().split("\n").length).toBeLessThanOrEqual(15);
    expect(labels(stdout)).toEqual([...PATH_LABELS, "Caveats", "Report", "Next"]);
    expect(stdout).toMatch(/^quick on target \(directory\), 1 repetition, complete in /);
    expect(stdout).toMatch(/^Limit\s+IOPS.*: a cache \(/m);
    expect(stderr).toContain("target: memory\n");
    expect(stderr).toContain("about 3 min 0 s: ");
    const run = onlyRun(bench.results);
    expect(run.plan.name).toBe("quick");
    expect(run.phases.map(({ state }) => state)).toEqual(Array(15).fill("complete"));
    expect(stdout).toContain(`${run.id}/report.html`);
    expect(readdirSync(bench.target)).toEqual([]);
  });

  test("prints the answer and the run as JSON, with verdicts on a declared kind", async () => {
    const bench = makeBench("memory");
    const declared = ["--kind", "ebs-gp3", "--emulated", "--provisioned", "iops=3000"];
    const args = ["quick", "target", "-q", "--print", "json", ...declared];
    const { stdout } = await assay(args, { ...bench, env: SHORT });
    const printed: unknown = JSON.parse(stdout);
    expect(printed).toMatchObject({
      rateLimit: { by: "cache" },
      verdicts: { refuted: 0, refutedClaims: [], inconclusive: expect.any(Number) },
      storage: null,
      leftOut: null,
      runs: [{ id: onlyRun(bench.results).id, state: "complete" }],
    });
  });

  test("answers about a bucket with first byte, requests and listing", async () => {
    const bench = makeBench("memory");
    await using store = await startMemoryStore();
    const target = ["s3://assay/x", "--endpoint", store.endpoint, "--region", "us-east-1"];
    const around = { ...bench, env: { ...SHORT, ...KEYS, FILE_SIZE: "5MiB" } };
    const { code, stdout, stderr } = await assay(["quick", ...target], around);
    expect(code, stderr).toBe(EXIT.ok);
    expect(stdout.trimEnd().split("\n").length).toBeLessThanOrEqual(15);
    expect(labels(stdout)).toEqual(expect.arrayContaining(BUCKET_LABELS));
    const run = onlyRun(bench.results);
    expect(run.plan.name).toBe("quick-bucket");
    expect(new Set(run.phases.map(({ engine }) => engine))).toEqual(new Set(["s3-wire"]));
    expect(run.phases.flatMap(({ errors }) => errors)).toEqual([]);
  });
});

describe("assay quick refuses", () => {
  test.each([
    [["quick"], "no target: name a directory"],
    [["quick", "-t", "a", "-t", "b"], "`assay quick` measures one target, got 2"],
    [["quick", "target", "--budget", "20s"], "use --budget 55s or more"],
    [["quick", "target", "--budget", "soon"], "--budget: "],
  ])("%j in one sentence", async (args, words) => {
    const bench = makeBench("memory");
    const { code, stdout, stderr } = await assay(args, bench);
    expect({ code, stdout }).toEqual({ code: EXIT.usage, stdout: "" });
    expect(stderr).toContain(words);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(runIds(bench.results)).toEqual([]);
  });

  test("a directory that it cannot write, before anything is stored", async () => {
    const bench = makeBench();
    chmodSync(bench.target, 0o555);
    chmodSync(bench.cwd, 0o777);
    const around = { ...bench, env: SHORT, uid: 65_534 };
    const { code, stdout, stderr } = await assayProcess(["quick", "target", "-q"], around);
    expect({ code, stdout }).toEqual({ code: EXIT.machine, stdout: "" });
    expect(stderr).toMatch(/^quick on target: .*permission.*\n$/);
    expect(runIds(bench.results)).toEqual([]);
  });
});
