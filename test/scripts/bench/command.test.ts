// @module-tag system
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findProgram } from "../../../scripts/bench/runner/programs.ts";

describe("npm run bench", () => {
  const script = fileURLToPath(new URL("../../../scripts/bench/main.ts", import.meta.url));
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "assay-bench-test-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  function bench(argv: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
      const given = [script, "--dir", folder, ...argv];
      execFile(process.execPath, given, { env }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : error.code, stdout, stderr });
      });
    });
  }

  test("measures a cell, prints JSON, and leaves nothing behind", async () => {
    const argv = ["--only", "null-depth-1", "--runs", "1", "--seconds", "1", "--json"];
    const { code, stdout, stderr } = await bench(argv);
    expect(stderr).toContain("null-depth-1 1/1");
    expect(code).toBe(0);
    const [result] = JSON.parse(stdout).null;
    expect(result.ns).toBeGreaterThan(0);
    expect(result.floorNs).toBeGreaterThan(0);
    expect(result.met).toBe(result.ns <= 110);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("measures a cell with assay and fio in the same file", async ({ signal, skip }) => {
    if ((await findProgram("fio", "fio", signal)) === null) skip("fio is not installed");
    const cell = ["--only", "durable-fdatasync", "--size", "16MiB"];
    const { code, stdout } = await bench([...cell, "--runs", "1", "--seconds", "1", "--json"]);
    expect(code).toBe(0);
    const [result] = JSON.parse(stdout).fio[0].compared;
    for (const side of [result.assay, result.fio]) {
      expect(side.operationsPerSecond).toBeGreaterThan(0);
      expect(side.cpuNsPerOperation).toBeGreaterThan(0);
      expect(Object.keys(side.latency)).toEqual(["write", "sync"]);
      expect(side.latency.write.p999Ns).toBeGreaterThanOrEqual(side.latency.write.p50Ns);
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  test("reports a missing fio in one sentence", async () => {
    const { code, stderr } = await bench(["--only", "random-cached"], { PATH: "/nonexistent" });
    expect(stderr).toMatch(/^fio is not installed.*\n$/);
    expect(code).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("leaves out cells of a program that is not on the PATH", async () => {
    const argv = ["--only", "elbencho,warp-list", "--elbencho", "absent-1", "--warp", "absent-2"];
    const { code, stdout, stderr } = await bench(argv);
    const lines = stderr.trimEnd().split("\n");
    expect(lines.map((line) => line.split(";")[0])).toEqual([
      "elbencho is not installed, so these cells were left out: " +
        "elbencho-cold-2, elbencho-warm-2, elbencho-cold-64, elbencho-warm-64",
      "warp is not installed, so these cells were left out: warp-list",
    ]);
    for (const line of lines) expect(stdout).toContain(line);
    expect(code).toBe(0);
  });

  test("describes an invalid option", async () => {
    const { code, stderr } = await bench(["--only", "everything"]);
    expect(code).toBe(2);
    expect(stderr).toContain("unknown cell `everything`");
  });
});
