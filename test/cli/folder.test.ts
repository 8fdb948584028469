import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { assay, onlyRun, runIds } from "./assay.ts";
import { makeBench, readsFor } from "./bench.ts";

const QUIET = ["-q", "--print", "nothing"];

const UPLOAD = [
  "name: upload",
  "datasets: { data: { count: 1, size: 64KiB } }",
  "phases: [{ name: put, operation: upload }]",
  "",
].join("\n");

describe("running a folder of one's own", () => {
  it("of which nothing can be run is told so, exit code 3", async () => {
    const bench = makeBench();
    const junit = join(bench.cwd, "j.xml");
    bench.scenario("upload", UPLOAD);
    const args = ["run", ".", "-t", bench.target, "--junit", junit, ...QUIET];
    const ended = await assay(args, bench);
    expect(ended.code).toBe(3);
    expect(ended.stderr.split("\n")).toEqual([
      expect.stringMatching(
        /^skipped: upload on target: put: upload: paths do not support multipart/,
      ),
      "0 measured, 0 failed, 1 skipped",
      expect.stringMatching(/^nothing was measured: no scenario can run on any of the targets/),
      "",
    ]);
    expect(readFileSync(junit, "utf8")).toContain("<skipped ");
    expect(runIds(bench.results)).toEqual([]);
  });

  it("does not excuse the scenario that is named with it, but runs the others", async () => {
    const bench = makeBench();
    bench.scenario("reads", readsFor(["50ms"]));
    const other = makeBench().scenario("upload", UPLOAD);
    const args = ["run", other, ".", "-t", bench.target, ...QUIET];
    const ended = await assay(args, bench);
    expect(ended.code).toBe(3);
    expect(ended.stderr).toMatch(/^upload cannot run on target \(directory\):\n {2}put: upload: /);
    expect(ended.stderr).toMatch(/\n1 measured, 1 failed, 0 skipped\n$/);
    expect(onlyRun(bench.results).plan.name).toBe("reads");
  });

  it("with a mistake in it is not run at all", async () => {
    const bench = makeBench();
    bench.scenario("reads", readsFor(["50ms"]));
    bench.scenario("slip", UPLOAD.replace("upload }", "uplaod }"));
    const ended = await assay(["run", ".", "-t", bench.target, ...QUIET], bench);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/slip\.yaml:3:\d+: `operation`: expected .*, got `uplaod`/);
    expect(runIds(bench.results)).toEqual([]);
  });
});

describe("what goes together", () => {
  it("several scenarios on several targets are run as far as they go together", async () => {
    const bench = makeBench();
    const reads = bench.scenario("reads", readsFor(["50ms"]));
    const upload = bench.scenario("upload", UPLOAD);
    const run = ["run", reads, upload, "-t", bench.target, ...QUIET];
    // On one target alone, everything named is meant.
    expect((await assay(run, bench)).code).toBe(3);
    const both = await assay([...run, "-t", "null:"], bench);
    expect(both.code).toBe(0);
    expect(both.stderr).toMatch(
      /^skipped: upload on target: put: .*\n3 measured, 0 failed, 1 skipped\n$/,
    );
    expect(runIds(bench.results)).toHaveLength(4);
  });
});

describe("a folder", () => {
  it("of which every run fails ends with the counts and exit code 3", async () => {
    const bench = makeBench();
    bench.scenario("one", readsFor(["50ms"]));
    bench.scenario("two", readsFor(["50ms"]));
    bench.scenario("upload", UPLOAD);
    const target = join(bench.cwd, "missing");
    const ended = await assay(["run", ".", "-t", target, ...QUIET], bench);
    expect(ended.code).toBe(3);
    expect(ended.stderr).toMatch(/\n0 measured, 2 failed, 1 skipped\n$/);
    expect(runIds(bench.results)).toEqual([]);
  });

  it("a run that fails does not stop the next one", async () => {
    const bench = makeBench();
    const first = bench.scenario("a-huge", readsFor(["50ms"]).replace("64KiB", "100TiB"));
    const second = bench.scenario("b-small", readsFor(["50ms"]));
    const run = ["run", first, second, "-t", bench.target, ...QUIET];
    const ended = await assay(run, bench);
    expect(ended.code).toBe(3);
    expect(ended.stderr).toMatch(/\n1 measured, 1 failed, 0 skipped\n$/);
    expect(onlyRun(bench.results).state).toBe("complete");
  });

  it("is estimated as far as it is run", async () => {
    const bench = makeBench();
    const meant = readsFor(["50ms"]).replace("name: reads", "name: meant\ntargets: [ebs-gp2]");
    bench.scenario("meant", meant);
    bench.scenario("reads", readsFor(["50ms"]));
    const where = ["-t", "s3://bucket", "--region", "eu-west-1", "--endpoint", "https://192.0.2.1"];
    const refused = await assay(["run", ".", ...where, "--max-cost", "0", ...QUIET], bench);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toMatch(/^requests may cost up to/m);
    const alone = await assay(["run", "meant.yaml", ...where, "--max-cost", "0", ...QUIET], bench);
    const sum = (text: string) => / up to (\S+)/.exec(text)?.[1];
    expect(sum(refused.stderr)).toBe(sum(alone.stderr));
  });

  it("is checked as it would be run", async () => {
    const bench = makeBench();
    bench.scenario("upload", UPLOAD);
    bench.scenario("reads", readsFor(["50ms"]));
    const report = ["--print", "report"];
    const checked = await assay(["check", ".", "-t", bench.target, ...report], bench);
    expect(checked.code).toBe(0);
    expect(checked.stdout).toMatch(/target: skipped: put: upload: paths do not/);
    expect(checked.stderr).toMatch(/^skipped: upload on target: put: upload: paths do not/);
    expect(checked.stdout).toMatch(/\| target \| read-1 \| sync +\| +2 \| +1 \|/);
    expect((await assay(["check", "upload.yaml", "-t", bench.target], bench)).code).toBe(3);
  });

  it("is no scenario to those who take one", async () => {
    const bench = makeBench();
    bench.scenario("reads", readsFor(["50ms"]));
    const found = await assay(["find", ".", "-t", bench.target, "--slo", "p99 < 1s"], bench);
    expect(found.code).toBe(2);
    expect(found.stderr).toMatch(/expected a YAML file, got a directory/);
    const named = await assay(["run", "reads.yaml", "-t", bench.target, ...QUIET], bench);
    expect(named).toMatchObject({ code: 0, stderr: "" });
    expect(onlyRun(bench.results).plan.name).toBe("reads");
  });
});
