import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { MAX_SCREEN_LINES } from "../../../src/report/screen/screen.ts";
import { assay } from "../assay.ts";
import { makeBench, readsFor } from "../bench.ts";

describe("assay check prints", () => {
  it("at most 25 lines for many scenarios and targets", async () => {
    const bench = makeBench();
    for (let at = 0; at < 20; at++) bench.scenario(`s${at}`, readsFor(["50ms"]));
    writeFileSync(join(bench.cwd, "wrong.yaml"), "name: wrong\nphases: [{ nmae: a }]\n");
    const targets = ["-t", bench.target, "-t", "null:"];
    const { code, stdout, stderr } = await assay(["check", ".", ...targets], bench);
    expect(code).toBe(2);
    const lines = stdout.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^Check of 20 valid scenarios on 2 targets: 40 of 40 runs possible, /);
    expect(lines.length).toBeLessThanOrEqual(MAX_SCREEN_LINES);
    expect(stdout).toMatch(/^and \d+ more rows, see --print report$/m);
    expect(stderr).toMatch(/wrong\.yaml:2:/);
  });

  it("JSON with the same facts, in base units", async () => {
    const bench = makeBench();
    const path = bench.scenario("reads", readsFor(["50ms"]));
    const args = ["check", path, "-t", bench.target, "--print", "json"];
    const { code, stdout } = await assay(args, bench);
    expect(code).toBe(0);
    const found = JSON.parse(stdout);
    expect(Object.keys(found)).toEqual(["host", "targets", "scenarios", "problems"]);
    expect(found.host.memoryBytes).toBeGreaterThan(1e6);
    expect(found.targets).toMatchObject([{ name: "target", usable: true, reason: null }]);
    const phases = [{ name: "read-1", engine: "sync", threads: 2, queueDepth: 1 }];
    expect(found.scenarios).toMatchObject([
      { name: "reads", phases: 1, targets: [{ target: "target", state: "ready", phases }] },
    ]);
  });

  it("one CSV row per phase with --format csv", async () => {
    const bench = makeBench();
    const path = bench.scenario("reads", readsFor(["50ms", "50ms"]));
    const args = ["check", path, "-t", bench.target, "--format", "csv"];
    const { stdout } = await assay(args, bench);
    expect(stdout).toMatch(/^scenario,target,state,reason,phase,engine,threads,queue_depth,/m);
    expect(stdout.match(/^reads,target,ready,,read-\d,sync,2,1,,\d+,\d+,\d*\r?$/gm)).toHaveLength(
      2,
    );
  });

  it("a target that cannot be used, with the reason on stderr", async () => {
    const bench = makeBench();
    const gone = join(bench.cwd, "gone");
    const { code, stdout, stderr } = await assay(["check", "-t", gone, "-t", "null:"], bench);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^Check of 2 targets: 1 of 2 targets usable$/m);
    expect(stdout).toMatch(/^gone +directory +not usable$/m);
    expect(stderr).toMatch(/^gone: the target directory .* does not exist/);
  });
});

describe("assay check prints for each run", () => {
  it("bytes written, space needed and free, and sizes that were chosen to fit", async () => {
    const bench = makeBench();
    const head = "name: fit\nphases: [{ name: p, operation: read, access: random }]\ndatasets:";
    const data = "{ count: 2, size: auto, auto: { maxSize: 1024TiB } }";
    const path = bench.scenario("fit", `${head} { data: ${data} }\n`);
    const args = ["check", path, "-t", bench.target, "-t", "null:"];
    const { code, stdout } = await assay([...args, "--print", "json"], bench);
    expect(code).toBe(0);
    const [here, nowhere] = JSON.parse(stdout).scenarios[0].targets;
    const { writtenBytes, neededBytes, freeBytes, timedWriters, text: words } = here.space;
    expect(Math.log2(writtenBytes) % 1).toBe(0);
    expect(neededBytes).toBeGreaterThanOrEqual(writtenBytes);
    expect(neededBytes).toBeLessThanOrEqual(0.75 * freeBytes);
    expect(timedWriters).toEqual([]);
    expect(words).toMatch(
      /^fit on target: writes .*; needs .* of .* free; data: 2 × .*, chosen to fit the space/,
    );
    expect(nowhere.space).toMatchObject({ writtenBytes: 0, neededBytes: 0, freeBytes: null });
    const screen = await assay([...args, "--print", "summary"], bench);
    expect(screen.stdout).toMatch(/^Data {2,}fit on target: writes /m);
  });
});
