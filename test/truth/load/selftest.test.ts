// @module-tag truth
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { ENGINE_NAMES } from "../../../src/model/plan/plan.ts";
import { assay, assayProcess, onlyRun } from "../../cli/assay.ts";
import { makeBench, readsFor } from "../../cli/bench.ts";

const cache = mkdtempSync(join(tmpdir(), "assay-test-"));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

/** A user's own profile must not be asked for the keys of the loop-back store. */
const env = { XDG_CACHE_HOME: cache, AWS_PROFILE: "of-somebody" };

/** Folders that a selftest works in. */
function leftOvers(): readonly string[] {
  return ["/dev/shm", tmpdir()]
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder))
    .filter((name) => name.startsWith("assay-selftest-"));
}

it("measures every engine, rates the host, and keeps the limits for runs", async () => {
  const before = leftOvers();
  const { code, stdout, stderr } = await assayProcess(["selftest", "--json"], { env });
  const told = JSON.parse(stdout);
  expect(stderr).toBe("measuring this host; takes about 20 s\n");
  // A host that paused or was busy reports it and keeps no limits.
  expect(code).toBe(told.verdict === "disturbed" ? 3 : 0);
  expect(told.doubts.length === 0).toBe(told.verdict === "fit");
  const engines = new Set([
    ...told.floors.map(({ engine }: { engine: string }) => engine),
    ...told.missing.map((sentence: string) => sentence.split(":")[0]),
  ]);
  expect([...engines].sort()).toEqual(ENGINE_NAMES.filter((one) => one !== "synthetic").sort());
  for (const floor of told.floors) {
    expect(floor.operationsPerSecond, floor.engine).toBeGreaterThan(10);
    expect(floor.latencyP99Ns, floor.engine).toBeGreaterThanOrEqual(floor.latencyP50Ns);
  }
  const rate = (engine: string): number =>
    Math.max(
      ...told.floors
        .filter((floor: { engine: string }) => floor.engine === engine)
        .map((floor: { operationsPerSecond: number }) => floor.operationsPerSecond),
    );
  expect(rate("null")).toBeGreaterThan(rate("sync"));
  expect(rate("sync")).toBeGreaterThan(rate("s3-wire"));
  expect(rate("s3-wire")).toBeGreaterThan(rate("s3-sdk"));
  expect(told.clock.readingNs).toBeGreaterThan(0);
  expect(told.timer.lateMaxNs).toBeGreaterThanOrEqual(told.timer.lateP50Ns);
  expect(leftOvers()).toEqual(before);

  const kept = told.verdict !== "disturbed";
  const check = await assay(["check"], { env });
  expect(check.stdout).toContain(kept ? "Limits  ops/s per worker: null " : "Limits  not measured");
  const bench = makeBench();
  const args = ["run", bench.scenario("reads", readsFor(["300ms"])), "-t", bench.target];
  expect((await assay(args, { ...bench, env })).code).toBe(0);
  const floor = onlyRun(bench.results).phases[0]?.harness?.floor ?? null;
  expect(floor?.engine ?? null).toBe(kept ? "sync" : null);
});
