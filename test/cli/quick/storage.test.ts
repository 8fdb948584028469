// @module-tag system
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EXIT } from "../../../src/model/fault/errors.ts";
import { loopDevice, makeReadOnly, smallFileSystem } from "../../storage/loop.ts";
import { assay, onlyRun, runIds, startAssay, until } from "../assay.ts";
import { makeBench } from "../bench.ts";

/** Every phase in an instant; sizes are chosen. */
const SHORT = { WARMUP: "0s", DURATION: "100ms" };

test("chooses sizes that fit a volume of 64 MiB", async (context) => {
  const mounted = smallFileSystem(64) ?? context.skip();
  const bench = makeBench();
  const { code, stderr } = await assay(["quick", mounted], { ...bench, env: SHORT });
  expect(code, stderr).toBe(EXIT.ok);
  expect(stderr).toContain("a loop device");
  const run = onlyRun(bench.results);
  expect(run.state).toBe("complete");
  const bytes = run.plan.datasets.map(({ count, size }) =>
    size.kind === "fixed" ? count * size.bytes : Number.NaN,
  );
  expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThan(0.75 * 64 * 2 ** 20);
  expect(readdirSync(mounted)).toEqual(["lost+found"]);
});

test("refuses a file system that is mounted read-only, in one sentence", async (context) => {
  const mounted = smallFileSystem(64) ?? context.skip();
  makeReadOnly(mounted);
  const bench = makeBench();
  const { code, stdout, stderr } = await assay(["quick", mounted, "-q"], { ...bench, env: SHORT });
  expect({ code, stdout }).toEqual({ code: EXIT.machine, stdout: "" });
  expect(stderr).toMatch(/^quick on \S+: .*mounted read-only \(EROFS\).*\n$/);
  expect(runIds(bench.results)).toEqual([]);
});

test("reads a raw device, writes nothing to it, and names the parts left out", async (context) => {
  const device = loopDevice(8) ?? context.skip();
  const bench = makeBench();
  const args = ["quick", device.path];
  const { code, stdout, stderr } = await assay(args, { ...bench, env: SHORT });
  expect(code, stderr).toBe(EXIT.ok);
  expect(stdout).toContain("Left out    writes (they need --allow-destructive) and small files");
  const run = onlyRun(bench.results);
  expect(run.phases.map(({ phase }) => phase.name.split("[")[0])).toEqual([
    ...Array(7).fill("read"),
    "sequential-read",
  ]);
  const check = await assay(["check", "quick", "-t", device.path], { ...bench, env: SHORT });
  expect(check.code, check.stdout + check.stderr).toBe(EXIT.ok);
  expect(check.stdout).toContain("1 of 1 run possible");
  expect(check.stderr).toMatch(
    /skipped phase: quick on \S+: write.*: left out: writes \(they need --/,
  );
  expect(readFileSync(device.image).every((byte) => byte === 0)).toBe(true);
});

test("checks the target before it describes its plan", async () => {
  const bench = makeBench();
  const { code, stdout, stderr } = await assay(["quick", "none"], bench);
  expect({ code, stdout }).toEqual({ code: EXIT.machine, stdout: "" });
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(stderr).toContain("none");
});

test("Ctrl-C stores what was measured, removes the data and shows no limit", async () => {
  const bench = makeBench();
  const env = { WARMUP: "0s", DURATION: "30s", FILE_SIZE: "1MiB" };
  const going = startAssay(["quick", "target"], { ...bench, env });
  await until("the first phase", () => going.stderr().includes("load started"), going);
  going.send("SIGINT");
  const { code, stdout } = await going.ended;
  expect(code).toBe(EXIT.interrupted);
  expect(stdout).toMatch(/^quick on target \(directory\), 1 repetition, interrupted after /);
  expect(stdout).not.toMatch(/^Limit/m);
  expect(onlyRun(bench.results).state).toBe("partial");
  expect(readdirSync(join(bench.cwd, "target"))).toEqual([]);
});
