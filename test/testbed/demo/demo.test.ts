// @module-tag system
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EXIT } from "../../../src/model/fault/errors.ts";
import { startAssay } from "../../cli/assay.ts";
import { makeBench } from "../../cli/bench.ts";

/** No MinIO from the environment, the cache or Docker. */
const ALONE = {
  ASSAY_S3_ENDPOINT: "",
  XDG_CACHE_HOME: "/nonexistent",
  PATH: "/usr/bin:/bin:/sbin",
};

test("the demo shows its verdicts without any S3 server", { timeout: 300_000 }, async () => {
  const { cwd } = makeBench();
  // Without Go, MinIO cannot be built.
  const { code, stdout, stderr } = await startAssay(["demo", "--minio"], { cwd, env: ALONE }).ended;
  expect(code, stderr).toBe(EXIT.ok);
  expect(stdout).toMatch(/^Published claims, tested on storage of known behavior: \d+ /);
  expect(stdout).toMatch(/^Storage +No S3 server: there is no MinIO/m);
  expect(existsSync(join(cwd, "results", "demo.md"))).toBe(true);
});

test("the demo compares, supports and explains without MinIO", { timeout: 300_000 }, async () => {
  const { cwd } = makeBench();
  const { code, stdout, stderr } = await startAssay(["demo"], { cwd, env: ALONE }).ended;
  expect([code, stderr]).toEqual([EXIT.ok, expect.stringContaining("volume: provisioned-volume")]);
  // The comparison first: workloads on files next to those on objects.
  expect(stdout.split("\n")[0]).toMatch(/^(fauxqs|minio) compared with directory: \d+ workloads/);
  expect(stdout).toMatch(/ supported .* less than 10 ms$/m);
  expect(stdout).toMatch(/ client-bound .* at least 5,500 requests\/s$/m);
  // On a host without other programs, the throughput claim is refuted.
  expect(stdout).toMatch(/ refuted .* at least 250 MiB\/s$|other programs use the CPUs/m);
  expect(stdout).toMatch(/volume: (an emulated gp3 volume|a model of a gp3 volume)/);
  expect(stdout).toMatch(/38 statements of\s+the\s+guide:\s+38\s+inconclusive\s+\(\d+:\s/);
  expect(readdirSync(cwd).sort()).toEqual(["results", "target"]);
  const report = join(cwd, "results", "demo.md");
  expect(existsSync(report)).toBe(true);
  expect(readFileSync(report, "utf8")).toContain("<details>");
});
