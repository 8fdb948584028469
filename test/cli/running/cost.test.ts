// @module-tag system
import { describe, expect, it } from "vitest";
import { useMinio } from "../../minio.ts";
import { assay, runIds, storedRun } from "../assay.ts";
import { makeBench } from "../bench.ts";

const bucket = await useMinio();

const SCENARIO = `name: priced
datasets:
  data: { count: 30, size: 4KiB }
phases:
  - { name: get, operation: fetch, operations: 60 }
  - { name: mix, mix: { fetch: 45, stat: 30, create: 15, delete: 10 }, operations: 200 }
`;

describe.skipIf(!bucket.available)("the request cost of a run", () => {
  const at = (prefix: string) => [
    "-t",
    `s3://${bucket.minio.bucket}/${prefix}`,
    "--endpoint",
    bucket.minio.endpoint,
  ];

  it("above --max-cost is refused before the first run", async () => {
    const bench = makeBench();
    const path = bench.scenario("priced", SCENARIO);
    const refused = await assay(["run", path, ...at("c1/"), "--max-cost", "0.00001"], bench);
    expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code: 3, stdout: "" });
    expect(refused.stderr).toMatch(
      /^requests may cost up to 0\.\d+ USD, more than --max-cost less/,
    );
    expect(runIds(bench.results)).toEqual([]);
    const wrong = await assay(["run", path, ...at("c1/"), "--max-cost", "much"], bench);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain(
      "--max-cost: expected an amount in USD such as `2.50`, got `much`",
    );
  });

  it("is in the stored run and the report, with every request", async () => {
    const bench = makeBench();
    const path = bench.scenario("priced", SCENARIO);
    const args = ["run", path, ...at("c2/"), "--max-cost", "1", "--print", "report"];
    const ended = await assay(args, bench);
    expect({ code: ended.code, stderr: ended.stderr.includes("USD") }).toEqual({
      code: 0,
      stderr: false,
    });
    expect(ended.stdout).toContain("On Amazon S3 these requests would have cost");
    const cost = storedRun(bench.results)?.cost;
    const lines = cost?.actual?.lines ?? [];
    const of = (what: string) =>
      lines.filter((line) => line.what === what).reduce((sum, line) => sum + line.requests, 0);
    expect(of("get")).toBe(60);
    expect(of("mix")).toBeGreaterThanOrEqual(199);
    expect(of("mix")).toBeLessThanOrEqual(201);
    expect(of("preparation")).toBeGreaterThanOrEqual(30);
    expect(of("cleaning")).toBeGreaterThanOrEqual(2);
    expect(cost?.estimated?.totalUsd).toBeGreaterThanOrEqual(cost?.actual?.totalUsd ?? 0);
  });

  it("is estimated by `assay check`, too", async () => {
    const bench = makeBench();
    const path = bench.scenario("priced", SCENARIO);
    const { code, stdout } = await assay(["check", path, ...at("c3/")], bench);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /priced on \S+: at most [\d,]+ requests, 0\.\d+ USD \(prices of Amazon S3; /,
    );
  });
});
