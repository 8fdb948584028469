import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { assay, runFolders } from "./assay.ts";
import { makeBench, readsFor } from "./bench.ts";

const WRONG: readonly (readonly [args: readonly string[], sentence: RegExp])[] = [
  [[], /^a command is required; `assay --help` lists the commands/],
  [["rum", "smoke"], /^unknown command rum; did you mean `assay run`\?/],
  [["frobnicate", "--bogus"], /^unknown command frobnicate; `assay --help` lists the commands/],
  [["--bogus"], /bogus|a command is required/],
  [["run", "smoke", "-t", "null:", "--print"], /^--print requires a value/],
  [["run"], /^an argument is missing; expected `assay run <scenario\.\.>`/],
  [["run", "smoke"], /^no target: name a directory, device or bucket/],
  [
    ["run", "smoke", "-t", "null:", "--sett", "seed=1"],
    /unknown option --sett; did you mean --set\?/,
  ],
  [
    ["run", "smoke", "-t", "null:", "--keepdata"],
    /unknown option --keepdata; did you mean --keep-data/,
  ],
  [
    ["run", "smoke", "-t", "null:", "--reuse"],
    /unknown option --reuse; did you mean --reuse-data\?/,
  ],
  [
    ["run", "random-read", "-t", "null:", "--queue-depth", "4"],
    /unknown option --queue-depth; .*, use `--set queueDepth=…`/,
  ],
  [
    ["run", "random-read", "-t", "null:", "--duratoin", "4s"],
    /^unknown option --duratoin; did you mean `--set duration=…`\?$/m,
  ],
  [
    ["check", "random-read", "-t", "null:", "--iodepth", "4"],
    /^unknown option --iodepth; did you mean `--set queueDepth=…`\?$/m,
  ],
  [
    ["run", "random-read", "-t", "null:", "--frobnicate"],
    /^unknown option --frobnicate; `--help` lists the options; .*, use `--set key=…`$/m,
  ],
  [["list", "--duratoin", "4s"], /^unknown option --duratoin; `--help` lists the options$/m],
  [
    ["run", "smoke", "-t", "null:", "--print", "paht"],
    /^--print: expected one of .*"path".*, got "paht"/,
  ],
  [
    ["run", "smoke", "-t", "null:", "--kind", "ebs"],
    /^--kind: expected one of .*"ebs-gp3".*, got "ebs"/,
  ],
  [["run", "smoke", "-t", "null:", "--set"], /^--set requires a value/],
  [["run", "smoke", "-t", "null:", "--set", "durration=1s"], /durration.*duration/],
  [["run", "smok", "-t", "null:"], /smok.*smoke/s],
  [["run", "smoke", "-t"], /^-t requires a value; `--help` has examples/],
  [["run", "", "-t", "null:"], /^the scenario name is empty; expected a file, or a name from/],
  [
    ["run", "/dev/zero", "-t", "null:"],
    /^\/dev\/zero:1:1: the file is too long; expected at most 1 MiB/,
  ],
  [
    ["run", "smoke", "-t", ".", "--endpoint", "http://x"],
    /^--endpoint requires a bucket target; add --target s3:/,
  ],
  [["list", "--no-path-style"], /^--path-style requires a bucket target; add --target s3:/],
  [["run", "smoke", "-t", "null:", "--results", ""], /^--results is empty; expected a directory/],
  [["report"], /^an argument is missing; expected `assay report <run\.\.>`/],
  [["report", "nothing"], /no stored run "nothing"/],
  [["report", "a", "--format", "xml"], /^--format: expected one of "markdown".*, got "xml"/],
  [["compare", "a"], /no stored run "a"/],
  [["report", "a", "--print", "json", "--format", "csv"], /^--format csv requires --print report/],
  [["completion", "tcsh"], /^shell: expected one of "bash", "zsh", "fish", got "tcsh"/],
  [
    ["report", "a", "--print", "path"],
    /^--print: expected one of "summary", "report", "json", got "path"/,
  ],
  [["clean"], /^nothing to clean; name a run, or a target/],
  [["list", "--taget", "x"], /unknown option --taget; did you mean --target\?/],
];

describe("a wrong command line", () => {
  it.each(WRONG)("%j", async (args, sentence) => {
    const bench = makeBench();
    const { code, stdout, stderr } = await assay(args, { cwd: bench.cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(sentence);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).not.toMatch(/ {4}at |internal error/);
    expect(existsSync(bench.results)).toBe(false);
  });
});

describe("unknown options", () => {
  it.each([
    [["--min-hosts", "2", "--min-hosts", "3"], ["--min-hosts"]],
    [["--Start-spread_x"], ["--Start-spread_x"]],
    [
      ["--join--timeout", "1s", "--bogus"],
      ["--join--timeout", "--bogus"],
    ],
    [["--startSpread", "1"], ["--startSpread"]],
  ])("are each named once, as they were typed: %j", async (typed, named) => {
    const { code, stderr } = await assay(["compare", "a", ...typed]);
    expect(code).toBe(2);
    expect([...stderr.matchAll(/unknown option (\S+);/g)].map(([, name]) => name)).toEqual(named);
  });
});

describe("a wrong scenario", () => {
  it("is told by file, line and column, and nothing is made", async () => {
    const bench = makeBench();
    const text = readsFor(["1s"]).replace("duration: 1s", "duration: 1").replace(" 4KiB", " 4kib");
    const path = bench.scenario("wrong", text);
    const { code, stdout, stderr } = await assay(["run", path, "-t", bench.target], bench);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    const lines = stderr.trimEnd().split("\n");
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).toMatch(/wrong\.yaml:5:\d+: /);
    expect(existsSync(bench.results)).toBe(false);
    expect(runFolders(bench.target)).toEqual([]);
  });

  it("stops all of several before the first is run, and all of them are told", async () => {
    const bench = makeBench();
    const right = bench.scenario("right", readsFor(["100ms"]));
    const first = bench.scenario("first", readsFor(["1"]));
    const second = bench.scenario("second", "nmae: second\n");
    const args = ["run", right, first, second, "-t", bench.target];
    const { code, stdout, stderr } = await assay(args, bench);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/first\.yaml:5:/);
    expect(stderr).toMatch(/second\.yaml:1:/);
    expect(existsSync(bench.results)).toBe(false);
    expect(runFolders(bench.target)).toEqual([]);
  });

  it("that a target cannot do is told before it is run on another", async () => {
    const bench = makeBench();
    const bucket = ["-t", "s3://bucket", "--endpoint", "http://127.0.0.1:1"];
    const short = ["--set", "duration=200ms", "--set", "warmup=0s", "--set", "cache=warm"];
    const size = ["--set", "datasets.data.size=1MiB"];
    const args = ["run", "random-write", "-t", bench.target, ...bucket, ...short, ...size];
    const { code, stderr } = await assay(args, bench);
    expect(code).toBe(3);
    expect(stderr.indexOf("written in place")).toBeGreaterThan(-1);
    expect(stderr.indexOf("written in place")).toBeLessThan(stderr.indexOf("load started"));
    expect(stderr).toMatch(/^1 measured, 1 failed, 0 skipped$/m);
    expect(runFolders(bench.target)).toEqual([]);
  });
});

describe("a wrong targets file", () => {
  it("is told by file, line and column; a secret in it is not repeated", async () => {
    const bench = makeBench();
    const path = join(bench.cwd, "targets.yaml");
    const key = "AKIAEXAMPLEEXAMPLE12";
    writeFileSync(path, `targets:\n  b: { kind: s3, bucket: b, accessKeyId: ${key} }\n`);
    const { code, stdout, stderr } = await assay(["run", "smoke", "--targets", path], bench);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/targets\.yaml:2:\d+: /);
    expect(stderr).not.toContain(key);
  });

  it("says what its targets are, not the command line", async () => {
    const bench = makeBench();
    const path = join(bench.cwd, "targets.yaml");
    writeFileSync(path, "targets:\n  here: { kind: directory, path: . }\n");
    const args = ["check", "--targets", path, "-t", "here", "--kind", "efs"];
    const { code, stdout, stderr } = await assay(args, bench);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^--kind requires a target that is not in the targets file; add/);
    expect(stderr).toMatch(/, write the kind of the target in .*targets\.yaml, or remove --kind\n/);
  });

  it("without the named target says which there are", async () => {
    const bench = makeBench();
    const path = join(bench.cwd, "targets.yaml");
    writeFileSync(path, "targets:\n  here: { kind: directory, path: . }\n");
    const args = ["run", "smoke", "--targets", path, "-t", "there"];
    const { code, stderr } = await assay(args, bench);
    expect(code).toBe(2);
    expect(stderr).toMatch(/has no target "there"; expected one of: here/);
  });
});
